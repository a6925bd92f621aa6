import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { packRows, startSandbox } from '../../src/sandbox/index.js'
import { runInProcess, wholeProgram } from '../support/cli/context.js'
import { ended, startCli } from '../support/cli/run.js'

const sandbox = await startSandbox({ rows: 10 })
t.teardown(() => sandbox.close())
const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: '1/secret', TD_DATABASE: 'sample_datasets' }
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

const done = sandbox.addJob({
  query: 'select\t1 as n -- \\d\nfrom t',
  schema: [
    ['n', 'bigint'],
    ['list', 'array(varchar)'],
  ],
  rows: [[1, ['a']]],
})
const failed = sandbox.addJob({ query: 'selec', status: 'error', stderr: 'mismatched input' })

/** What a command prints with `--json`. */
async function answer(args: readonly string[], world = {}, exits = 0) {
  const { exit, stdout, stderr } = await runInProcess([...args, '--json'], { env, ...world })
  t.equal(exit, exits, `${args.join(' ')}: ${stderr}`)
  return JSON.parse(stdout)
}

const WATERMARKED = `version: 1
exports:
  - name: a
    database: sample_datasets
    query: select \${watermark.from} as time, \${watermark.to} as b
    watermark: { column: time, initial: '2026-01-01' }
    output: a.csv
`

/** Commands that do nothing by themselves. */
const GROUPS = ['export', 'state']

t.test('every command that answers has --json', async (t) => {
  const without = ['completion', 'demo', 'help']
  const program = await wholeProgram()
  for (const command of program.commands.flatMap((one) =>
    GROUPS.includes(one.name()) ? one.commands : one,
  )) {
    const has = command.options.some(({ long }) => long === '--json')
    t.equal(has, !without.includes(command.name()), command.name())
  }
})

t.test('show, list and status: ISO times, numbers, the schema as objects', async (t) => {
  const job = await answer(['show', done])
  for (const time of ['createdAt', 'updatedAt', 'startAt', 'endAt']) t.match(job[time], ISO, time)
  for (const number of ['duration', 'resultSize', 'numRecords', 'priority', 'retryLimit'])
    t.equal(typeof job[number], 'number', number)
  t.same(job.schema, [
    { name: 'n', type: 'bigint' },
    { name: 'list', type: 'array(varchar)' },
  ])
  t.notOk('hiveResultSchema' in job)
  t.same((await answer(['list'])).at(-1), { ...job, debug: null })
  const { jobId, status, createdAt } = await answer(['status', done])
  t.same({ jobId, status, createdAt }, { jobId: done, status: 'success', createdAt: job.createdAt })
  t.match(await answer(['show', failed]), {
    status: 'error',
    schema: null,
    debug: { stderr: 'mismatched input' },
  })
})

t.test('a schema that cannot be read is kept as it came', async (t) => {
  const odd = sandbox.addJob({ schema: '[["n"', rows: [] })
  t.match(await answer(['show', odd]), { schema: null, schemaText: '[["n"' })
})

t.test('stats: numbers as numbers', async (t) => {
  const statistics = await answer(['stats', done])
  t.equal(typeof statistics.records_inserted, 'number')
})

t.test('config: an object of raw values, and the secrets hidden', async (t) => {
  const proxied = { HTTPS_PROXY: 'http://me:hunter2@proxy:3128' }
  const args = ['config', '--idle-timeout', '5m', '--site', 'jp01']
  const { exit, stdout } = await runInProcess([...args, '--json'], {
    env: { TD_API_KEY: '1/hunter2', ...proxied },
  })
  t.equal(exit, 0)
  t.notMatch(stdout, 'hunter2')
  t.match(JSON.parse(stdout), {
    apiKey: '[hidden]',
    endpoint: 'https://api.treasuredata.co.jp',
    database: null,
    caFile: null,
    proxy: 'http://[hidden]@proxy:3128',
    retries: 7,
    retryDelayMs: 500,
    connectTimeoutMs: 10_000,
    idleTimeoutMs: 300_000,
    minBytesPerSecond: 1024,
    origins: {
      apiKey: 'TD_API_KEY',
      endpoint: 'option',
      retries: 'default',
      idleTimeoutMs: 'option',
      database: null,
    },
  })
  t.match(JSON.parse((await runInProcess(['config', '--json'])).stdout), { apiKey: null, proxy: null })
})

t.test('kill, issue, wait and the exports', async (t) => {
  const running = sandbox.addJob({ status: 'running' })
  t.same(await answer(['kill', running]), { jobId: running, formerStatus: 'running' })
  const issued = await answer(['issue', 'select 1 as a'])
  t.same(issued, { jobId: sandbox.jobs().at(-1)!.id, domainKey: sandbox.jobs().at(-1)!.domainKey })
  t.match(await answer(['wait', issued.jobId]), { jobId: issued.jobId, status: 'success', endAt: ISO })
  t.match(await answer(['wait', failed], {}, 3), { jobId: failed, status: 'error' })
  t.match(await answer(['export', 'result', done, 's3://bucket/a.csv']), { jobId: /^\d+$/ })
  const table = ['export', 'table', 'sample_datasets', 'www_access', '-b', 'b', '-a', 'arn:aws:iam::1:role/r']
  t.match(await answer(table), { jobId: /^\d+$/ })
})

t.test('query, dump and convert: the report of the run, with the rows in a file', async (t) => {
  const cwd = t.testdir({ 'rows.msgpack.gz': packRows([[1]]) })
  const written = { complete: true, rows: 1, bytesOut: Number, columns: [{ name: String, type: String }] }
  for (const args of [
    ['query', 'select 1 as a', '-o', 'a.csv'],
    ['dump', done, '-o', 'b.parquet'],
    ['convert', 'rows.msgpack.gz', '-o', 'c.tsv', '-o', 'd.ndjson'],
  ]) {
    t.match(await answer(args, { cwd }), written)
    t.ok(existsSync(join(cwd, args.at(-1)!)))
  }
  t.match(await answer(['dump', failed, '-o', 'f.csv'], { cwd }, 3), {
    complete: false,
    error: { code: 'E_JOB_FAILED', exitCode: 3, jobId: failed },
  })
  t.match(await answer(['dump', done, '-o', 'g.csv', '--report', '-'], { cwd }), written)
})

t.test('--json without a file for the rows is refused before anything starts', async (t) => {
  const cwd = t.testdir({ 'rows.msgpack.gz': packRows([[1]]) })
  const before = sandbox.jobs().length
  for (const [args, message, terminal] of [
    [['query', 'select 1 as a'], /the rows go there\n +hint: -o FILE writes .*-f json/, false],
    [['query', 'select 1 as a'], /the rows go there/, true],
    [['convert', 'rows.msgpack.gz', '-o', '-', '-f', 'csv'], /the rows go there/, false],
    [['convert', 'rows.msgpack.gz', '-o', 'x.csv', '-o', '-'], /the rows go there/, false],
    [['dump', done, '-o', 'x.csv', '--report', 'r.json'], /--json prints the report, and --report/, false],
  ] as const) {
    const { exit, stdout, stderr } = await runInProcess([...args, '--json'], { env, cwd, terminal })
    t.same([exit, stdout], [2, ''], args.join(' '))
    t.match(stderr, message)
  }
  t.equal(sandbox.jobs().length, before)
  t.same(readdirSync(cwd), ['rows.msgpack.gz'])
})

t.test('state set: what was, and what is', async (t) => {
  const cwd = t.testdir({ 'm.yaml': WATERMARKED })
  const set = (value: string) => answer(['state', 'set', 'm.yaml', 'a', 'watermark', value], { cwd })
  const after = '2026-01-31T00:00:00Z'
  t.same(await set('2026-01-31'), { export: 'a', key: 'watermark', before: null, after })
  t.match(await set('2026-02-01'), { before: after })
})

t.test('inspect and run', async (t) => {
  const cwd = t.testdir({
    'rows.msgpack.gz': packRows([[1]]),
    'm.yaml':
      'version: 1\nexports:\n  - { name: a, database: sample_datasets, query: select 1 as a, output: a.csv }\n',
  })
  t.match(await answer(['inspect', 'rows.msgpack.gz'], { cwd }), { rowsRead: 1 })
  const plan = await answer(['run', 'm.yaml', '--dry-run'], { cwd })
  t.match(plan, { exports: [{ name: 'a', action: 'issue', jobId: null }], concurrency: Number })
  t.match(plan.scheduledTime, /^\d{4}-\d\d-\d\dT/)
  t.match(await answer(['run', 'm.yaml'], { cwd }), { complete: true, exports: [{ name: 'a', rows: 1 }] })
  writeFileSync(join(cwd, 'n.yaml'), 'version: 1\nexports: []\n')
  t.match(await answer(['run', 'n.yaml'], { cwd }, 2), { complete: false, exitCode: 2 })
  const both = await runInProcess(['run', 'm.yaml', '--json', '--report', 'r.json'], { env, cwd })
  t.match(both, { exit: 2, stderr: /E_USAGE: --json prints the report/ })
})

t.test('sandbox says where it is', async (t) => {
  const child = startCli(['sandbox', '--json', '--rows', '1'])
  child.stdout!.once('data', () => child.kill('SIGINT'))
  const { exit, stdout } = await ended(child)
  t.equal(exit, 0)
  t.match(JSON.parse(stdout), { url: /^http:\/\/127\.0\.0\.1:\d+$/, apiKey: String })
})

t.test('--json and another format contradict each other', async (t) => {
  for (const args of [
    ['list', '-f', 'tsv'],
    ['show', done, '-f', 'text'],
    ['config', '-f', 'text'],
  ]) {
    const { exit, stdout, stderr } = await runInProcess([...args, '--json'], { env })
    t.same([exit, stdout], [2, ''])
    t.match(stderr, /E_USAGE: --json and --format \w+ contradict each other/)
  }
  t.same(await answer(['show', done, '-f', 'json']), await answer(['show', done]))
})

t.test('list in a pipe: values between tabs, nothing cut, no header', async (t) => {
  const long = sandbox.addJob({ query: `select '${'x'.repeat(500)}'`, rows: [], schema: [['a', 'bigint']] })
  const { exit, stdout } = await runInProcess(['list'], { env })
  t.equal(exit, 0)
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'))
  t.ok(
    rows.every((row) => row.length === 8),
    stdout,
  )
  t.match(rows[0], [
    long,
    'success',
    'trino',
    'sample_datasets',
    ISO,
    /^\d+$/,
    '0',
    `select '${'x'.repeat(500)}'`,
  ])
  const row = rows.find(([id]) => id === done)!
  t.equal(row[7], 'select\\t1 as n -- \\\\d\\nfrom t')
  t.equal((await runInProcess(['list', '-f', 'tsv'], { env, terminal: true })).stdout, stdout)
})

t.test('list --status checks its word', async (t) => {
  for (const [word, meant] of [
    ['failed', 'error'],
    ['runing', 'running'],
    ['Succeeded', 'success'],
    ['pending', 'queued'],
  ] as const) {
    const { exit, stderr } = await runInProcess(['list', '--status', word], { env })
    t.equal(exit, 2, word)
    t.match(stderr, `The API lists jobs by queued, running, success or error; did you mean ${meant}?`)
  }
  t.match(await runInProcess(['list', '--status', 'killed'], { env }), {
    exit: 2,
    stderr: /lists jobs by queued/,
  })
  const jobs: { status: string }[] = await answer(['list', '--status', 'ERROR'])
  t.ok(jobs.length > 0 && jobs.every(({ status }) => status === 'error'))
})

t.test('a wrong word for a closed set gets a suggestion', async (t) => {
  const { exit, stderr } = await runInProcess(['query', '-T', 'trini', 'select 1'], { env })
  t.equal(exit, 2)
  t.match(stderr, /Allowed choices are trino, presto, hive\.\n {2}hint: did you mean trino\?\n/)
})
