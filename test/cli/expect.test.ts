/** `--expect`: what does not meet its expectations is not published. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { startSandbox } from '../../src/sandbox/index.js'
import { runInProcess } from '../support/cli/context.js'
import { packRows } from '../support/msgpack/encoded-results.js'

function setUp(t: Test) {
  const cwd = t.testdir({
    'rows.msgpack': packRows([
      [1, 'a'],
      [2, null],
      [2, 'c'],
    ]),
    'out.csv': 'old',
  })
  const convert = (args: readonly string[], world = {}) =>
    runInProcess(['convert', 'rows.msgpack', '--schema', '[["id","bigint"],["text","varchar"]]', ...args], {
      cwd,
      ...world,
    })
  const report = () => JSON.parse(readFileSync(join(cwd, 'report.json'), 'utf8'))
  return { cwd, convert, report }
}

t.test('rows that meet all checks are published, and -v and the report tell what was measured', async (t) => {
  const { cwd, convert, report } = setUp(t)
  const checks = ['--expect', 'rows>=3', '--expect', 'not_null(id)', '--expect', 'columns(id,text)']
  const { exit, stderr } = await convert(['-o', 'out.csv', '--report', 'report.json', '-v', ...checks])
  t.equal(exit, 0)
  t.match(stderr, 'rows>=3 passed: 3\n')
  t.match(stderr, 'columns(id,text) passed: id,text\n')
  t.equal(readFileSync(join(cwd, 'out.csv'), 'utf8'), 'id,text\n1,a\n2,\n2,c\n')
  t.match(report(), {
    complete: true,
    gates: [
      { gate: 'rows>=3', outcome: 'passed', value: 3 },
      { gate: 'not_null(id)', outcome: 'passed', value: 0 },
      { gate: 'columns(id,text)', outcome: 'passed', value: ['id', 'text'] },
    ],
  })
})

t.test('rows that fail one leave the old file, exit with 12, and the report has all checks', async (t) => {
  const { cwd, convert, report } = setUp(t)
  const checks = ['--expect', 'rows>=1', '--expect', 'not_null(text)', '--expect', 'unique(id)']
  const { exit, stderr } = await convert([
    '-o',
    'out.csv',
    '-o',
    'out.parquet',
    '--report',
    'report.json',
    ...checks,
  ])
  t.equal(exit, 12)
  t.match(
    stderr,
    /^td-sluice: E_EXPECTATION: 2 of 3 expectations failed, and nothing was published: not_null\(text\): 1 of 3 rows has a NULL; unique\(id\): 1 of 3 rows has a key that came before$/m,
  )
  t.match(stderr, /hint: correct the rows or the expectation/)
  t.strictSame(readdirSync(cwd).sort(), ['out.csv', 'report.json', 'rows.msgpack'])
  t.equal(readFileSync(join(cwd, 'out.csv'), 'utf8'), 'old')
  t.match(report(), {
    complete: false,
    error: { code: 'E_EXPECTATION', exitCode: 12 },
    gates: [{ outcome: 'passed' }, { outcome: 'failed', value: 1 }, { outcome: 'failed', value: 1 }],
  })
})

t.test('a check about a column that is not there fails', async (t) => {
  const { exit, stderr } = await setUp(t).convert(['-o', 'out.csv', '--expect', 'not_null(nope)'])
  t.equal(exit, 12)
  t.match(stderr, 'there is no column "nope"; the columns are id, text')
})

t.test('a check that is no check is refused with the forms there are', async (t) => {
  const { cwd, convert } = setUp(t)
  const { exit, stderr } = await convert(['-o', 'out.csv', '--expect', 'rows>0'])
  t.equal(exit, 2)
  t.match(stderr, /rows>0.*Expectations are rows>=1/s)
  t.equal((await convert(['-o', 'out.csv', '--expect', 'rows>=2', '--expect', 'rows<=1'])).exit, 2)
  t.equal(readFileSync(join(cwd, 'out.csv'), 'utf8'), 'old')
})

t.test('a preview writes nothing that could be expected to be anything', async (t) => {
  const { exit, stderr } = await setUp(t).convert(['--expect', 'rows>=1'], { terminal: true })
  t.equal(exit, 2)
  t.match(stderr, '--expect is for what is written')
})

t.test('a statement without rows fails what is expected of rows', async (t) => {
  const sandbox = await startSandbox({ rows: 1 })
  t.teardown(() => sandbox.close())
  const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: '1/x', TD_DATABASE: 'sample_datasets' }
  const query = (...args: string[]) => runInProcess(['query', ...args], { env, cwd: t.testdir() })
  t.equal((await query('create table made as select 1 as a')).exit, 0)
  const { exit, stderr } = await query('insert into made select 2', '--expect', 'rows>=1')
  t.equal(exit, 7, stderr)
})
