import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startSandbox } from '../../src/sandbox/index.js'
import { runInProcess } from '../support/cli/context.js'
import { runCli } from '../support/cli/run.js'

t.setTimeout(600_000)

const KEY = '1/abcdefabcdefabcdefabcdefabcdefabcdefabcd'

const sandbox = await startSandbox({ apiKey: KEY, rows: 100 })
t.teardown(() => sandbox.close())

const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: KEY }
const DB = ['-d', 'sample_datasets']

t.test('the real command writes a complete file and exits 0', async (t) => {
  const cwd = t.testdir()
  const { exit, stdout, stderr } = await runCli(
    [
      'query',
      ...DB,
      'select i, i * 0.5e0 as half from unnest(sequence(0, 999)) as t (i) order by i',
      '-o',
      'out.csv',
    ],
    { env, cwd },
  )
  t.equal(exit, 0, stderr)
  t.equal(stdout, '', 'stdout carries data only')
  const expected = ['i,half', ...Array.from({ length: 1000 }, (_, i) => `${i},${i / 2}`)]
  t.equal(readFileSync(join(cwd, 'out.csv'), 'utf8'), `${expected.join('\n')}\n`)
  const lines = stderr.trimEnd().split('\n')
  t.match(lines[0], /^job \d+: issued$/, 'the job id comes first')
  t.match(lines.at(-1), /^wrote 1,000 rows to out\.csv, 8.68 kB in /)
})

t.test('-o - writes the exact bytes to stdout', async (t) => {
  const { exit, stdout } = await runCli(['query', ...DB, "select 1 as a, 'x' as b", '-o', '-'], { env })
  t.equal(exit, 0)
  t.equal(stdout, 'a,b\n1,x\n')
})

t.test('a failing query is exit 3 with its reason on stderr, and leaves no file', async (t) => {
  const cwd = t.testdir()
  const args = ['query', ...DB, 'select nope from www_access', '-o', 'out.csv']
  const { exit, stdout, stderr } = await runInProcess(args, { env, cwd })
  t.equal(exit, 3)
  t.equal(stdout, '')
  t.match(stderr, /td-sluice: E_JOB_FAILED: .*nope.* \(job \d+\)\n/)
  t.notOk(existsSync(join(cwd, 'out.csv')))
})

t.test('a wrong key is exit 6 and is not repeated in the message', async (t) => {
  const wrong = '1/0123456789012345678901234567890123456789'
  const { exit, stderr } = await runInProcess(['query', ...DB, 'select 1'], {
    env: { ...env, TD_API_KEY: wrong },
  })
  t.equal(exit, 6)
  t.match(stderr, /^td-sluice: E_AUTH: .*\n {2}hint: /)
  t.notMatch(stderr, '0123456789')
})

t.test('nothing is issued when the output could not be written', async (t) => {
  const cwd = t.testdir({ folder: {}, 'old.csv': 'old' })
  const before = sandbox.jobs().length
  const exits = []
  for (const output of [
    ['-o', 'out.xyz'],
    ['-o', 'no/out.csv'],
    ['-o', 'folder', '-f', 'csv'],
    ['-o', 'old.csv', '--no-clobber'],
  ]) {
    exits.push((await runInProcess(['query', ...DB, 'select 1', ...output], { env, cwd })).exit)
  }
  t.same(exits, [2, 14, 2, 15])
  t.equal(sandbox.jobs().length, before)
})

t.test('the SQL comes from a file or from stdin', async (t) => {
  const cwd = t.testdir({ 'report.sql': 'select 41 + 1 as answer\n' })
  for (const [source, input] of [
    [['-q', 'report.sql']],
    [['-'], 'select 41 + 1 as answer'],
    [['-q', '-'], 'select 42 as answer'],
  ] as const) {
    const world = { env, cwd, ...(input === undefined ? {} : { input }) }
    const { exit, stdout } = await runInProcess(['query', ...DB, ...source, '-f', 'ndjson'], world)
    t.equal(exit, 0)
    t.equal(stdout, '{"answer":42}\n')
  }
})

t.test('the options of the job reach the API', async (t) => {
  writeFileSync(join(t.testdir(), 'url.txt'), 'mysql://user:pw@host/db\n')
  const { exit } = await runInProcess(
    [
      ...[
        'query',
        'select TD_SCHEDULED_TIME() as at',
        '-T',
        'presto',
        '-P',
        'high',
        '-R',
        '2',
        '-O',
        'default',
        '-w',
      ],
      ...[
        '--domain-key',
        'k1',
        '--engine-version',
        'experimental',
        '--scheduled-time',
        '1970-01-02T00:00:00Z',
      ],
      ...['-r', '@url.txt', '-f', 'csv'],
    ],
    { env: { ...env, TD_DATABASE: 'sample_datasets' }, cwd: t.testdirName },
  )
  t.equal(exit, 0)
  const issued = sandbox.log.filter((entry) => entry.endpoint === 'issue').at(-1)!
  t.match(issued.url, '/v3/job/issue/presto/sample_datasets')
  t.ok(sandbox.jobs().some((job) => job.type === 'presto' && job.domainKey === 'k1'))
})

t.test('a domain key that is used again gives the same job', async (t) => {
  const run = () =>
    runInProcess(['query', ...DB, 'select 7 as n', '--domain-key', 'same', '-f', 'csv'], { env })
  const first = await run()
  const before = sandbox.jobs().length
  const second = await run()
  t.same([first.exit, second.exit, second.stdout], [0, 0, first.stdout])
  t.equal(sandbox.jobs().length, before)
})

t.test('--quiet prints nothing when all goes well', async (t) => {
  const cwd = t.testdir()
  const { exit, stdout, stderr } = await runInProcess(
    ['query', ...DB, 'select 1', '-o', 'out.csv', '--quiet'],
    { env, cwd },
  )
  t.same([exit, stdout, stderr], [0, '', ''])
})

t.test('--log-format json prints one object an event, with the job id on each', async (t) => {
  const cwd = t.testdir()
  const args = ['--log-format', 'json', 'query', ...DB, 'select 1 as a', '-o', 'out.csv']
  const { stderr } = await runInProcess(args, { env, cwd })
  const events = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const { jobId } = events[0]
  t.match(jobId, /^\d+$/)
  t.ok(events.every((event) => event.jobId === jobId && event.level === 'info' && Date.parse(event.time) > 0))
  t.match(events[0], { event: 'job', status: 'queued', issued: true })
  t.match(events.at(-1), { event: 'complete', rows: 1, format: 'csv', path: join(cwd, 'out.csv') })
})
