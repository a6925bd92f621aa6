import { once } from 'node:events'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { runCli } from '../support/cli/run.js'
import { NO_TERMINAL, terminalCli } from '../support/cli/terminal.js'

t.setTimeout(600_000)
// They mostly wait for the sandbox, which takes its time.
t.jobs = 2

t.test('the demo works without a terminal, writes its files and leaves nothing running', async (t) => {
  const cwd = t.testdir()
  // `close` of the child comes only when every process that holds its output has ended.
  const { exit, stdout, stderr } = await runCli(['demo'], { cwd })
  t.equal(exit, 0, stderr)
  t.match(stdout, /^method +code +requests/, 'a preview table')
  t.match(
    stderr,
    /^\$ td-sluice query -d sample_datasets 'select \* from www_access' -o demo-output\/access\.csv$/m,
  )
  t.match(stderr, /^\$ td-sluice inspect demo-output\/access\.parquet$/m)
  t.match(stdout, /^.*\bpath\b.*$/m)
  const folder = join(cwd, 'demo-output')
  t.same(readdirSync(folder).sort(), ['access.csv', 'access.csv.gz', 'access.ndjson', 'access.parquet'])
  const csv = readFileSync(join(folder, 'access.csv'), 'utf8')
  const ndjson = readFileSync(join(folder, 'access.ndjson'), 'utf8').trimEnd().split('\n')
  t.equal(ndjson.length, 200_000)
  t.same(Object.keys(JSON.parse(ndjson[0]!)), csv.slice(0, csv.indexOf('\n')).split(','))
  t.equal(readFileSync(join(folder, 'access.parquet')).subarray(0, 4).toString(), 'PAR1')
  t.match(gunzipSync(readFileSync(join(folder, 'access.csv.gz'))).toString(), /^time,path,code\n/)
})

t.test(
  'on a terminal its commands leave nothing behind that Node warns of',
  { skip: NO_TERMINAL },
  async (t) => {
    const terminal = terminalCli(['demo'], { cwd: t.testdir(), columns: 120 })
    t.teardown(() => terminal.close())
    t.equal(await terminal.exit(), 0)
    const screen = terminal.screen({ history: true }).join('\n')
    t.match(screen, 'nothing is left running')
    t.notMatch(screen, 'Warning')
  },
)

t.test('G19: the demo stays with its sandbox where the environment leads to an account', async (t) => {
  const requests: string[] = []
  const account = createServer(({ url }, response) => {
    requests.push(url!)
    response.writeHead(500).end()
  })
  account.listen(0, '127.0.0.1')
  await once(account, 'listening')
  t.teardown(() => void account.close())
  const server = `http://127.0.0.1:${(account.address() as AddressInfo).port}`
  const env = { TREASURE_DATA_API_SERVER: server, TREASURE_DATA_API_KEY: '1/real', TD_API_SERVER: server }
  const { exit, stderr } = await runCli(['demo'], { cwd: t.testdir(), env })
  t.equal(exit, 0, stderr)
  t.same(requests, [])
})

t.test('it writes into the folder it is given, and says when it cannot', async (t) => {
  const cwd = t.testdir({ file: '' })
  const { exit, stderr } = await runCli(['demo', '--output', 'file/folder'], { cwd })
  t.equal(exit, 14)
  t.match(stderr, /^td-sluice: E_IO: file\/folder: /)
  t.ok(statSync(join(cwd, 'file')).isFile())
})
