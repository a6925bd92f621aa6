/** What `--spool` adds, through the real command. */
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { startSandbox } from '../../src/sandbox/index.js'
import { CLI_ARGS, ended, runCli, startCli } from '../support/cli/run.js'
import { COLUMNS, csvOf, packRows, textRows } from '../support/faults/run.js'
import { runInShell } from '../support/files/child.js'

t.setTimeout(600_000)

t.test(
  'E7: killed while issuing or waiting, a run with a spool is followed by one on the same job',
  async (t) => {
    const sandbox = await startSandbox({ runTime: 300, latency: 60, preload: true })
    t.teardown(() => sandbox.close())
    const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: 'k' }
    for (const when of ['at the request', 'before the reply', 'while waiting']) {
      const cwd = t.testdir({})
      const [asked, before] = [sandbox.log.length, sandbox.jobs().length]
      const args = ['query', '-d', 'sample_datasets', 'select 7 as n', '--spool', 'spool', '-o', 'out.csv']
      const child = startCli(args, { env, cwd })
      const end = ended(child)
      const isAsked = () => sandbox.log.slice(asked).some((entry) => entry.endpoint === 'issue')
      const isIssued = () => sandbox.jobs().length > before
      while (!(when === 'at the request' ? isAsked() || isIssued() : isIssued())) await sleep(1)
      if (when === 'while waiting') await sleep(200)
      child.kill('SIGKILL')
      t.equal((await end).exit, 'SIGKILL')
      const again = await runCli(args, { env, cwd })
      t.equal(again.exit, 0, again.stderr)
      t.equal(readFileSync(join(cwd, 'out.csv'), 'utf8'), 'n\n7\n')
      t.equal(sandbox.jobs().length, before + 1, `killed ${when}: one job`)
      t.same(readdirSync(join(cwd, 'spool')), [])
      const next = await runCli(args, { env, cwd })
      t.equal(next.exit, 0, next.stderr)
      t.equal(sandbox.jobs().length, before + 2, 'after a success the next run wants a job of its own')
    }
  },
)

t.test('F10: with a spool nothing is written to stdout before the whole result is there', async (t) => {
  const sandbox = await startSandbox()
  t.teardown(() => sandbox.close())
  const rows = textRows(50_000)
  const body = gzipSync(packRows(rows))
  const id = sandbox.addJob({ schema: COLUMNS, body, numRecords: rows.length })
  const cwd = t.testdir({})
  const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: 'k' }
  const args = ['dump', id, '-o', '-', '-f', 'csv', '--spool', 'spool', '--retries', '0']
  sandbox.faults.add(`reset@${body.length - 10}`)
  const broken = await runCli(args, { env, cwd })
  t.equal(broken.exit, 10, broken.stderr)
  t.equal(broken.stdout, '')
  const again = await runCli(args, { env, cwd })
  t.equal(again.exit, 0, again.stderr)
  t.equal(again.stdout, csvOf(rows))
})

t.test('F1: a full disk under the spool is told, and what fits stays for the next run', async (t) => {
  const sandbox = await startSandbox()
  t.teardown(() => sandbox.close())
  const rows = Array.from({ length: 400 }, (_, i): [number, string] => [
    i,
    randomBytes(9000).toString('base64'),
  ])
  const body = gzipSync(packRows(rows), { level: 1 })
  const id = sandbox.addJob({ schema: COLUMNS, body, numRecords: rows.length })
  const cwd = t.testdir({})
  const [out, spool] = [join(cwd, 'out.csv'), join(cwd, 'spool')]
  const command = [process.execPath, ...CLI_ARGS, 'dump', id, '-o', out, '--spool', spool]
  const line = `TD_API_SERVER=${sandbox.url} TD_API_KEY=k`
  const full = await runInShell(`ulimit -f 2000; ${line} exec "$@"`, command)
  t.equal(full.exit, 14, full.stderr)
  t.match(full.stderr, /^td-sluice: E_NO_SPACE: the spool .*EFBIG/m)
  t.same(readdirSync(cwd), ['spool'])
  const again = await runInShell(`${line} exec "$@"`, command)
  t.equal(again.exit, 0, again.stderr)
  t.equal(readFileSync(out, 'utf8'), csvOf(rows))
  t.ok(sandbox.log.at(-1)!.bytesSent < body.length, 'only the rest came')
})
