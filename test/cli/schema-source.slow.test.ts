import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { packRows, startSandbox } from '../../src/sandbox/index.js'
import { runInProcess } from '../support/cli/context.js'

const sandbox = await startSandbox({ rows: 10 })
t.teardown(() => sandbox.close())
const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: '1/x', TD_DATABASE: 'sample_datasets' }

const ROWS = [
  [1, 'a'],
  [2, null],
]
const SCHEMA = [
  ['n', 'bigint'],
  ['text', 'varchar(8)'],
] as const
const CSV = 'n,text\n1,a\n2,\n'
const job = sandbox.addJob({ query: 'select n, text from t', schema: SCHEMA, rows: ROWS })

/** Commands in a folder with the rows in `x.msgpack.gz`. */
function folder(t: Test, files: Record<string, string> = {}) {
  const cwd = t.testdir({ 'x.msgpack.gz': packRows(ROWS), ...files })
  const run = (...args: string[]) => runInProcess(args, { env, cwd })
  return { cwd, run, read: (name: string) => readFileSync(join(cwd, name), 'utf8') }
}

t.test('msgpack writes its schema beside it, and convert and inspect read it from there', async (t) => {
  for (const name of ['out.msgpack', 'out.msgpack.gz', 'out.data']) {
    const { cwd, run, read } = folder(t)
    const dump = await run('dump', job, '-o', name, '-f', 'msgpack', '--report', 'r.json')
    t.equal(dump.exit, 0, dump.stderr)
    t.same(JSON.parse(read(`${name}.schema.json`)), {
      schema: [
        { name: 'n', type: 'bigint' },
        { name: 'text', type: 'varchar(8)' },
      ],
    })
    const { path, rowsWritten, files } = JSON.parse(read('r.json'))
    t.same([path, rowsWritten], [join(cwd, name), 2])
    t.match(files, [
      { path, rows: 2 },
      { path: `${path}.schema.json`, rows: 0, bytes: Number, sha256: /^[0-9a-f]{64}$/ },
    ])
    const convert = await run('convert', name, '-f', 'csv')
    t.same([convert.stdout, convert.exit], [CSV, 0])
    t.notMatch(convert.stderr, 'no schema')
    t.match((await run('inspect', name)).stdout, /^ {2}n +bigint/m)
  }
})

t.test('the schema is that of the columns written', async (t) => {
  const { run, read } = folder(t)
  const shape = ['--columns', 'text,n', '--rename', 'n=count', '--cast', 'n:varchar']
  t.equal((await run('dump', job, '-o', 'y.msgpack', '--report', 'r.json', ...shape)).exit, 0)
  const expected = [
    { name: 'text', type: 'varchar(8)' },
    { name: 'count', type: 'varchar' },
  ]
  t.same(JSON.parse(read('y.msgpack.schema.json')).schema, expected)
  t.same(JSON.parse(read('r.json')).columns, expected)
  for (const args of [[], ['--schema', '@r.json']])
    t.equal((await run('convert', 'y.msgpack', '-f', 'csv', ...args)).stdout, 'text,count\na,1\n,2\n')
})

t.test('--schema takes a report, a job record and lists of columns', async (t) => {
  const { run } = folder(t)
  await run('dump', job, '-o', 'a.csv', '--report', 'report.json', '--columns', 'text')
  const { stdout: record } = await run('show', job, '--json')
  const raw = { job_id: job, hive_result_schema: JSON.stringify(SCHEMA) }
  const cases: Record<string, unknown> = {
    'the record': JSON.parse(record),
    'the schema of the record': JSON.parse(record).schema,
    'the record of the API': raw,
    'its schema, a text': raw.hive_result_schema,
    'an older record': { jobId: job, hiveResultSchema: raw.hive_result_schema },
    pairs: SCHEMA,
  }
  for (const [what, value] of Object.entries(cases)) {
    const text = JSON.stringify(value)
    const { stdout, stderr } = await run('convert', 'x.msgpack.gz', '--schema', text, '-f', 'csv')
    t.equal(stdout, CSV, `${what}: ${stderr}`)
  }
  t.equal((await run('convert', 'x.msgpack.gz', '--schema', '@report.json', '-f', 'csv')).stdout, CSV)
})

t.test('--schema-of asks the API', async (t) => {
  const { run } = folder(t)
  t.equal((await run('convert', 'x.msgpack.gz', '--schema-of', job, '-f', 'csv')).stdout, CSV)
  t.match((await run('inspect', 'x.msgpack.gz', '--schema-of', job)).stdout, /^ {2}n +bigint/m)
  const running = sandbox.addJob({ status: 'running' })
  t.match(await run('convert', 'x.msgpack.gz', '--schema-of', running, '-f', 'csv'), {
    exit: 12,
    stderr: `E_SCHEMA: job ${running} is running and has no schema`,
  })
  t.equal((await run('convert', 'x.msgpack.gz', '--schema-of', '999', '-f', 'csv')).exit, 7)
  const both = ['--schema-of', job, '--schema', '[]']
  t.match(await run('convert', 'x.msgpack.gz', ...both), { exit: 2, stderr: /exclude each other/ })
})

t.test(
  'a file of the stem is taken, an option wins, and a file that is no schema is left alone',
  async (t) => {
    const { run, cwd } = folder(t, { 'x.schema.json': JSON.stringify(SCHEMA) })
    t.equal((await run('convert', 'x.msgpack.gz', '-f', 'csv')).stdout, CSV)
    const named = ['--schema', '[["a","bigint"],["b","varchar"]]']
    t.equal((await run('convert', 'x.msgpack.gz', '-f', 'csv', ...named)).stdout, 'a,b\n1,a\n2,\n')
    writeFileSync(join(cwd, 'x.schema.json'), '{"$schema":"https://json-schema.org/draft/2020-12/schema"}')
    const without = await run('convert', 'x.msgpack.gz', '-f', 'csv')
    t.match(without.stdout, /^_col0,_col1\n/)
    t.match(
      without.stderr,
      'the result has no schema: its columns are named _col0, _col1, …; --schema or --schema-of',
    )
    const wrong = await run('convert', 'x.msgpack.gz', '-f', 'csv', '--schema', '@x.schema.json')
    t.match(wrong, {
      exit: 12,
      stderr: /E_SCHEMA: the file x\.schema\.json holds no schema\n {2}hint: .*show JOB_ID --json/,
    })
  },
)

t.test('a FIFO under the name of a schema is not waited for', async (t) => {
  const { run, cwd } = folder(t, {})
  execFileSync('mkfifo', [join(cwd, 'x.schema.json')])
  t.match((await run('convert', 'x.msgpack.gz', '-f', 'csv')).stdout, /^_col0,_col1\n/)
})

t.test('stdout and pipes get no schema file', async (t) => {
  const { run, cwd } = folder(t)
  t.equal((await run('dump', job, '-f', 'msgpack')).exit, 0)
  t.equal((await run('dump', job, '-f', 'msgpack', '-o', '-')).exit, 0)
  symlinkSync('/dev/null', join(cwd, 'null'))
  t.equal((await run('dump', job, '-f', 'msgpack', '-o', 'null')).exit, 0)
  t.same(readdirSync(cwd).sort(), ['null', 'x.msgpack.gz'])
})

t.test('a run that fails leaves both files as they were', async (t) => {
  const { run, read, cwd } = folder(t)
  const bad = sandbox.addJob({ schema: SCHEMA, rows: ROWS, numRecords: 3 })
  t.equal((await run('dump', bad, '-o', 'z.msgpack')).exit, 12)
  t.same(readdirSync(cwd), ['x.msgpack.gz'])
  t.equal((await run('dump', job, '-o', 'z.msgpack')).exit, 0)
  const before = read('z.msgpack.schema.json')
  t.equal((await run('dump', bad, '-o', 'z.msgpack', '--columns', 'n')).exit, 12)
  t.equal(read('z.msgpack.schema.json'), before)
  const kept = await run('dump', job, '-o', 'z.msgpack', '--no-clobber')
  t.equal(kept.exit, 15)
  const shared = await run('dump', job, '-o', 'q.msgpack', '--report', 'q.msgpack.schema.json')
  t.equal(shared.exit, 2)
  t.notOk(existsSync(join(cwd, 'q.msgpack')))
})

t.test('an export of msgpack in a manifest has its schema beside it', async (t) => {
  const { run, read, cwd } = folder(t, {
    'm.yaml':
      'version: 1\nexports:\n  - { name: a, database: sample_datasets, query: select 1 as n, output: a.msgpack.gz }\n',
  })
  const first = await run('run', 'm.yaml')
  t.equal(first.exit, 0, first.stderr)
  t.match(JSON.parse(read('a.msgpack.gz.schema.json')), { schema: [{ name: 'n' }] })
  t.match((await run('run', 'm.yaml')).stderr, '0 written, 1 skipped')
  t.equal((await run('convert', join(cwd, 'a.msgpack.gz'), '-f', 'csv')).stdout, 'n\n1\n')
})
