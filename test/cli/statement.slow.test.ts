import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startSandbox } from '../../src/sandbox/index.js'
import { runInProcess } from '../support/cli/context.js'

const sandbox = await startSandbox({ rows: 1 })
t.teardown(() => sandbox.close())
const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: '1/x', TD_DATABASE: 'sample_datasets' }

t.test('a statement without rows and without -o is a success that says so', async (t) => {
  const cwd = t.testdir()
  for (const args of [
    ['create table made as select 1 as a'],
    ['insert into made select 2'],
    ['insert into made select 3', '-f', 'csv'],
    ['insert into made select 3', '--spool', 'spool'],
    ['-- nightly\ninsert into made select 4', '-G'],
    ['drop table made'],
  ]) {
    const { exit, stdout, stderr } = await runInProcess(['query', ...args], { env, cwd })
    t.equal(exit, 0, `${args}: ${stderr}`)
    t.equal(stdout, '')
    const id = sandbox.jobs().at(-1)!.id
    t.ok(stderr.endsWith(`\njob ${id} succeeded; its statement has no rows\n`), stderr)
  }
})

t.test('the report of a statement without rows is one of a success', async (t) => {
  const cwd = t.testdir()
  const statement = [
    'query',
    'create table other as select 1 as a',
    '--report',
    'r.json',
    '--log-format',
    'json',
  ]
  const { exit, stderr } = await runInProcess(statement, { env, cwd })
  t.equal(exit, 0)
  const jobId = sandbox.jobs().at(-1)!.id
  t.match(JSON.parse(readFileSync(join(cwd, 'r.json'), 'utf8')), { complete: true, jobId, rows: 0 })
  t.match(JSON.parse(stderr.trimEnd().split('\n').at(-1)!), { event: 'complete', jobId, rows: 0 })
})

t.test('an output that cannot be written for want of rows stays a failure', async (t) => {
  const cwd = t.testdir()
  for (const output of ['a.csv', '-']) {
    const args = ['query', 'insert into other select 2', '-o', output]
    const { exit, stderr } = await runInProcess(args, { env, cwd })
    t.equal(exit, 7)
    t.match(stderr, /E_NO_RESULT: .*\n {2}hint: .*leave out -o for a statement without rows\n$/)
  }
})

t.test('dump of a job without rows says so, and of a result that is gone fails', async (t) => {
  const insert = sandbox.addJob({ query: 'insert into a select 1' })
  t.match(await runInProcess(['dump', insert], { env }), {
    exit: 0,
    stdout: '',
    stderr: `job ${insert} succeeded; its statement has no rows\n`,
  })
  const empty = sandbox.addJob({ query: 'create view a', schema: [], rows: [] })
  t.match(await runInProcess(['dump', empty, '-f', 'csv'], { env }), { exit: 0, stdout: '' })
  const expired = sandbox.addJob({ query: 'select 1', schema: [['a', 'bigint']] })
  t.match(await runInProcess(['dump', expired], { env }), { exit: 7, stderr: /E_NO_RESULT/ })
})

t.test('a result of no rows is a result, and has its header', async (t) => {
  const none = sandbox.addJob({ schema: [['a', 'bigint']], rows: [] })
  t.match(await runInProcess(['dump', none, '-f', 'csv'], { env }), {
    exit: 0,
    stdout: 'a\n',
    stderr: /wrote 0 rows/,
  })
})
