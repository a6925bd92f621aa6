import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { packRows, startSandbox } from '../../src/sandbox/index.js'
import { runInProcess } from '../support/cli/context.js'

const sandbox = await startSandbox()
t.teardown(() => sandbox.close())
const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: 'k' }

const schema = [
  ['n', 'bigint'],
  ['text', 'varchar'],
] as const
const rows = [
  [1, 'a'],
  [2, null],
]

t.test('the result of a finished job', async (t) => {
  const cwd = t.testdir()
  const id = sandbox.addJob({ schema, rows })
  const { exit, stderr } = await runInProcess(['dump', id, '-o', 'out.csv'], { env, cwd })
  t.equal(exit, 0)
  t.equal(readFileSync(join(cwd, 'out.csv'), 'utf8'), 'n,text\n1,a\n2,\n')
  t.match(stderr, /^job \d+: success\nwrote 2 rows to out\.csv, 14 B in /)
})

t.test('a job that still runs is waited for, with a line for each state', async (t) => {
  const id = sandbox.addJob({ schema, rows, statuses: ['queued', 'running', 'success'] })
  const { exit, stdout, stderr } = await runInProcess(['dump', id, '-f', 'ndjson'], { env })
  t.equal(exit, 0)
  t.equal(stdout, '{"n":1,"text":"a"}\n{"n":2,"text":null}\n')
  t.same(
    stderr.match(/^job \d+: [a-z]+/gm)!.map((line) => line.replace(/.*: /, '')),
    ['queued', 'running', 'success'],
  )
})

t.test('every way to have no result has its exit code, and no file', async (t) => {
  const cwd = t.testdir()
  const cases: [string, string, number, string][] = [
    ['unknown', '987654321', 7, 'E_NOT_FOUND'],
    ['failed', sandbox.addJob({ status: 'error', stderr: 'line 1:8: no such column' }), 3, 'E_JOB_FAILED'],
    ['killed', sandbox.addJob({ status: 'killed' }), 4, 'E_JOB_KILLED'],
    ['still running', sandbox.addJob({ status: 'running' }), 5, 'E_DEADLINE'],
    ['an INSERT', sandbox.addJob({ query: 'insert into a select 1' }), 7, 'E_NO_RESULT'],
    [
      'damaged',
      sandbox.addJob({ schema, body: packRows(rows).subarray(0, -4), numRecords: 2 }),
      12,
      'E_GZIP_TRUNCATED',
    ],
    ['too few rows', sandbox.addJob({ schema, rows, numRecords: 3 }), 12, 'E_ROW_COUNT'],
    ['no such schema', sandbox.addJob({ schema: '[["n"', rows }), 12, 'E_SCHEMA'],
  ]
  for (const [what, id, code, name] of cases) {
    const { exit, stdout, stderr } = await runInProcess(
      ['dump', id, '-o', 'out.csv', '--wait-timeout', '300ms', '--retries', '0', '--quiet'],
      { env, cwd },
    )
    t.equal(exit, code, what)
    t.equal(stdout, '', what)
    t.match(stderr, new RegExp(`^td-sluice: ${name}: [^\\n]+\\n( {2}hint: [^\\n]+\\n)?$`), what)
    t.notOk(existsSync(join(cwd, 'out.csv')), what)
  }
})

t.test('the reason of a failed job is on stderr, all of it with -v', async (t) => {
  const id = sandbox.addJob({
    status: 'error',
    stderr: 'started\nline 1:8: no such column\n\tat com.example.X(X.java:1)\n',
  })
  const brief = await runInProcess(['dump', id], { env })
  t.match(brief.stderr, `E_JOB_FAILED: line 1:8: no such column (job ${id})`)
  t.notMatch(brief.stderr, 'X.java')
  const verbose = await runInProcess(['dump', id, '-v'], { env })
  t.match(verbose.stderr, /^ {2}started\n.*\n.*X\.java/m)
})

t.test('a passed deadline says how to attach again', async (t) => {
  const id = sandbox.addJob({ status: 'running' })
  const { stderr } = await runInProcess(['dump', id, '--wait-timeout', '100ms'], { env })
  t.match(stderr, new RegExp(`hint: .*td-sluice dump ${id}`))
})

t.test('--no-verify-count accepts another number of rows', async (t) => {
  const id = sandbox.addJob({ schema, rows, numRecords: 3 })
  const { exit } = await runInProcess(['dump', id, '--no-verify-count', '-f', 'csv'], { env })
  t.equal(exit, 0)
})

t.test('a column that is not there is exit 2 and names those that are', async (t) => {
  const id = sandbox.addJob({ schema, rows })
  const { exit, stderr } = await runInProcess(['dump', id, '--columns', 'm', '-f', 'csv'], { env })
  t.equal(exit, 2)
  t.match(stderr, /there is no column "m".*\n {2}hint: the columns are n, text/)
})

t.test('replaced text is counted in the summary', async (t) => {
  const row = Buffer.from([0x91, 0xa2, 0xff, 0xfe])
  const id = sandbox.addJob({ schema: [['t', 'varchar']], body: gzipSync(row) })
  const { stderr } = await runInProcess(['dump', id, '-f', 'csv'], { env })
  t.match(stderr, '1 text')
})

t.test('what a server says cannot drive the terminal', async (t) => {
  const id = sandbox.addJob({ status: 'error', stderr: 'bad \x1b]0;title\x07 \u202etext' })
  const { stderr } = await runInProcess(['dump', id, '-v'], { env })
  t.notMatch(stderr, /[\x00-\x09\x0b-\x1f\x7f\u202e]/)
  t.match(stderr, '\\x1b]0;title\\x07')
})

t.test('F36: bytes that a run could not use as it was asked to stay for the next one', async (t) => {
  // [1, 'a' and a byte that no text has]
  const broken = gzipSync(Buffer.from([0x92, 1, 0xa2, 0x61, 0xff]))
  for (const [id, wrong, right] of [
    [sandbox.addJob({ schema, rows }), ['--cast', 'text:double'], ['--cast', 'text:varchar']],
    [sandbox.addJob({ schema, body: broken, numRecords: 1 }), ['--invalid-utf8', 'fail'], []],
    [sandbox.addJob({ schema: [...schema, ['more', 'bigint']], rows }), [], []],
  ] as const) {
    const cwd = t.testdir({})
    const run = (more: readonly string[]) =>
      runInProcess(['dump', id, '-o', 'out.csv', '--spool', 'spool', ...more], { env, cwd })
    const first = await run(wrong)
    t.equal(first.exit, 12, first.stderr)
    t.ok(readdirSync(join(cwd, 'spool')).some((name) => name.endsWith('.msgpack.gz')))
    const second = await run(right)
    t.match(second.stderr, /the spool has \d+ bytes of the result; the download goes on from there/)
    t.equal(second.exit, wrong.length === 0 ? 12 : 0, second.stderr)
  }
})
