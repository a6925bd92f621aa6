import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { runInProcess } from '../support/cli/context.js'
import { packRows } from '../support/msgpack/encoded-results.js'

const KEY = '1/0123456789abcdef0123456789abcdef01234567'

const MANIFEST = `version: 1
defaults: { database: sample_datasets }
exports: [{ name: one, query: select 1 as a, output: OUTPUT, retries: 0 }]
`

/** An API that counts requests and knows nothing, and a folder to run the command in. */
async function setUp(t: Test, output = 'out.csv') {
  const requests: string[] = []
  const server = createServer(({ method, url }, response) => {
    requests.push(`${method} ${url}`)
    response.writeHead(404).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const cwd = t.testdir({ 'exports.yaml': MANIFEST.replace('OUTPUT', output), file: '' })
  writeFileSync(join(cwd, 'rows.msgpack.gz'), gzipSync(packRows([[1]])))
  mkdirSync(join(cwd, 'folder'))
  const env = {
    TD_API_SERVER: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    TD_API_KEY: KEY,
  }
  return { cwd, requests, run: (...args: string[]) => runInProcess(args, { cwd, env }) }
}

const QUERY = ['query', 'select 1', '-d', 'sample_datasets']

/** Each command that writes rows, into `out.csv` unless it is told otherwise. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  query: [...QUERY, '-o', 'out.csv'],
  dump: ['dump', '42', '-o', 'out.csv'],
  convert: ['convert', 'rows.msgpack.gz', '-o', 'out.csv'],
  run: ['run', 'exports.yaml'],
}

t.test('the server of these tests counts requests', async (t) => {
  const { run, requests } = await setUp(t)
  t.equal((await run('dump', '42', '-o', 'out.csv')).exit, 7)
  t.ok(requests.length > 0)
})

for (const [name, args] of Object.entries(COMMANDS)) {
  t.test(`${name}: a report that cannot be written is told before any request`, async (t) => {
    const { run, requests, cwd } = await setUp(t)
    for (const [report, exit, message] of [
      ['none/report.json', 14, /E_IO: the report none\/report\.json: the folder .*none does not exist/],
      ['file/report.json', 14, /E_IO: the report file\/report\.json: .*ENOTDIR/],
      ['folder', 2, /E_USAGE: the report folder: folder is a folder/],
      ['ftp://bucket/report.json', 2, /E_USAGE: .*outputs at ftp:\/\/ URLs/],
      ['out.csv', 2, /E_USAGE: the output .*out\.csv,? and the report out\.csv are the same place/],
    ] as const) {
      const ended = await run(...args, '--report', report)
      t.equal(ended.exit, exit, report)
      t.match(ended.stderr, message)
    }
    t.strictSame(requests, [])
    t.notOk(existsSync(join(cwd, 'out.csv')))
  })
}

for (const [name, args] of Object.entries(COMMANDS).filter(([name]) => name !== 'run')) {
  t.test(`${name}: an output that cannot be written is told before any request`, async (t) => {
    const { run, requests } = await setUp(t)
    for (const [output, exit, message] of [
      ['none/out.csv', 14, /E_IO: the folder .*none does not exist/],
      ['folder', 2, /E_USAGE: folder is a folder/],
      ['ftp://bucket/out.csv', 2, /E_USAGE: .*outputs at ftp:\/\/ URLs/],
    ] as const) {
      const ended = await run(...args.slice(0, -1), output, '-f', 'csv')
      t.equal(ended.exit, exit, output)
      t.match(ended.stderr, message)
    }
    t.strictSame(requests, [])
  })
}

t.test('run: an output or a state that cannot be written is told before any request', async (t) => {
  for (const [output, exit, message] of [
    ['file/out.csv', 14, /E_IO: one: the folder .*file: EEXIST/],
    ['ftp://bucket/out.csv', 2, /outputs at ftp:\/\/ URLs are not supported/],
    ["'-'", 2, /the output is stdout; it must be a file/],
  ] as const) {
    const { run, requests } = await setUp(t, output)
    const ended = await run('run', 'exports.yaml')
    t.equal(ended.exit, exit, `${output}: ${ended.stderr}`)
    t.match(ended.stderr, message)
    t.strictSame(requests, [])
  }
  const { run, requests, cwd } = await setUp(t)
  for (const state of ['none/state.json', 'folder', 'file/state.json']) {
    const ended = await run('run', 'exports.yaml', '--state', state)
    t.equal(ended.exit, 14, `${state}: ${ended.stderr}`)
    t.match(ended.stderr, /E_IO: /)
  }
  if (process.getuid?.() !== 0) {
    chmodSync(join(cwd, 'folder'), 0o555)
    t.equal((await run('run', 'exports.yaml', '--state', 'folder/state.json')).exit, 14)
  }
  t.strictSame(requests, [])
})

t.test('a report replaces an old one whole, and leaves nothing beside it', async (t) => {
  const { run, cwd } = await setUp(t)
  writeFileSync(join(cwd, 'report.json'), 'x'.repeat(100_000))
  await run('convert', 'rows.msgpack.gz', '-o', 'out.csv', '--report', 'report.json')
  const text = readFileSync(join(cwd, 'report.json'), 'utf8')
  t.match(JSON.parse(text), { complete: true, rows: 1 })
  t.ok(text.endsWith('}\n'))
  t.strictSame(
    readdirSync(cwd).filter((name) => name.startsWith('.') || name.includes('report')),
    ['report.json'],
  )
})

t.test('a report goes to stdout where nothing else does', async (t) => {
  const { run } = await setUp(t)
  const { stdout } = await run('convert', 'rows.msgpack.gz', '-o', 'out.csv', '--report', '-')
  t.match(JSON.parse(stdout), { complete: true, rows: 1 })
  const clash = await run('convert', 'rows.msgpack.gz', '-f', 'csv', '--report', '-')
  t.equal(clash.exit, 2)
  t.match(clash.stderr, /E_USAGE: the output stdout and the report stdout are the same place/)
})
