// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders of manifests look like those of JavaScript
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { SluiceError } from '../../src/errors.js'
import type { RunReport } from '../../src/manifest/report.js'
import { startSandbox } from '../../src/sandbox/index.js'
import { runInProcess, type World } from '../fixtures/cli-context.js'

const KEY = '1/abcdefabcdefabcdefabcdefabcdefabcdefabcd'

const sandbox = await startSandbox({ apiKey: KEY, rows: 100 })
t.teardown(() => sandbox.close())

const HEAD = 'version: 1\ndefaults: { database: sample_datasets }\n'

let folders = 0

/**
 * A folder with a manifest, the ways to run it there, and the jobs that has made. Each has a scheduled time of its own, as the same export at the
 * same time has the same job.
 */
function folderOf(t: Test, manifest: string, files: Record<string, string> = {}) {
  const cwd = t.testdir({ 'exports.yaml': HEAD + manifest, ...files })
  const before = sandbox.jobs().length
  const time = `2026-01-31T00:${String(folders++).padStart(2, '0')}:00Z`
  const run = (args: readonly string[] = [], world: World = {}) =>
    runInProcess(['run', 'exports.yaml', '--scheduled-time', time, '--retry-delay', '1ms', ...args], {
      cwd,
      ...world,
      env: { TD_API_SERVER: sandbox.url, TD_API_KEY: KEY, PATH: process.env.PATH!, ...world.env },
    })
  return {
    cwd,
    time,
    run,
    jobs: () => sandbox.jobs().slice(before),
    read: (name: string) => readFileSync(join(cwd, name), 'utf8'),
    report: async (args: readonly string[] = [], world?: World): Promise<RunReport> => {
      await run(['--report', 'report.json', ...args], world)
      return JSON.parse(readFileSync(join(cwd, 'report.json'), 'utf8'))
    },
    edit: (from: string, to: string) => {
      const path = join(cwd, 'exports.yaml')
      writeFileSync(path, readFileSync(path, 'utf8').replace(from, to))
    },
  }
}

const outcomes = (report: RunReport) => report.exports.map(({ name, outcome }) => `${name} ${outcome}`)

const TWO = `exports:
  - { name: one, query: 'select 1 as a', output: 'out/\${date}/\${name}.csv' }
  - { name: two, query_file: two.sql, output: two.ndjson }
`
const SQL = { 'two.sql': "select ${env.WORD | sql} as word, '${date - 1d}' as day\n" }

t.test('a run writes all outputs; the next start issues and writes nothing', async (t) => {
  const { time, run, read, jobs, report } = folderOf(t, TWO, SQL)
  const { exit, stdout, stderr } = await run([], { env: { WORD: "it's" } })
  t.equal(exit, 0, stderr)
  t.equal(stdout, '')
  t.equal(read('out/2026-01-31/one.csv'), 'a\n1\n')
  t.equal(read('two.ndjson'), `{"word":"it's","day":"2026-01-30"}\n`)
  t.ok(stderr.startsWith(`2 exports of exports.yaml for ${time}\n`), stderr)
  t.match(stderr, /^one: job \d+: issued$/m)
  t.match(stderr, /\ncomplete: 2 written, 0 skipped\n$/)
  const again = await report([], { env: { WORD: "it's" } })
  t.same(outcomes(again), ['one skipped', 'two skipped'])
  t.match(again, {
    complete: true,
    exitCode: 0,
    manifest: 'exports.yaml',
    scheduledTime: time,
  })
  t.match(again.exports[0], {
    jobId: jobs().find((job) => job.query === 'select 1 as a')!.id,
    rows: 1,
    rowsWritten: 1,
    bytesOut: 4,
    sha256: /^[0-9a-f]{64}$/,
  })
  t.equal(jobs().length, 2)
})

t.test('another scheduled time, query or database is another job; another format is not', async (t) => {
  const { run, edit, jobs, read } = folderOf(
    t,
    "exports: [{ name: a, query: 'select 1 as a', output: a.csv }]\n",
  )
  await run()
  await run(['--scheduled-time', '2026-02-01'])
  t.equal(jobs().length, 2)
  t.equal(jobs()[1]!.scheduledTime, Date.parse('2026-02-01') / 1000, 'which TD_SCHEDULED_TIME() tells')
  edit('output: a.csv', 'output: a.csv, null_text: x, limit: 0')
  await run()
  t.equal(jobs().length, 2, 'the same result is written anew')
  t.equal(read('a.csv'), 'a\n')
  edit('select 1', 'select 2')
  await run()
  t.equal(jobs().length, 3)
})

t.test('a missing or changed output is written again, from the same job', async (t) => {
  const { run, cwd, jobs, read } = folderOf(
    t,
    "exports: [{ name: a, query: 'select 1 as a', output: a.csv }]\n",
  )
  await run()
  rmSync(join(cwd, 'a.csv'))
  t.match((await run()).stderr, /^a: attaching to job \d+$/m)
  t.equal(read('a.csv'), 'a\n1\n')
  writeFileSync(join(cwd, 'a.csv'), 'a')
  await run()
  t.equal(read('a.csv'), 'a\n1\n')
  t.equal(jobs().length, 1)
})

t.test('without its state a run finds the jobs by their keys', async (t) => {
  const { run, cwd, jobs } = folderOf(t, TWO, SQL)
  const world = { env: { WORD: 'x' } }
  await run([], world)
  rmSync(join(cwd, 'exports.yaml.state.json'))
  t.equal((await run([], world)).exit, 0)
  t.equal(jobs().length, 2)
})

t.test('--force issues a new job and writes again, whatever is known', async (t) => {
  const { run, jobs, cwd, report } = folderOf(
    t,
    "exports: [{ name: a, query: 'select 1 as a', output: a.csv }]\n",
  )
  await run()
  t.same(outcomes(await report(['--force'])), ['a written'])
  t.equal(jobs().length, 2)
  t.same(outcomes(await report()), ['a skipped'], 'the forced one counts')
  rmSync(join(cwd, 'exports.yaml.state.json'))
  await run(['--force'])
  t.equal(jobs().length, 3)
  t.equal(new Set(jobs().map((job) => job.domainKey)).size, 3)
})

t.test('one failing export does not stop the others, and is the exit code', async (t) => {
  const { run, report, read, jobs, edit } = folderOf(
    t,
    `concurrency: 1
exports:
  - { name: good, query: 'select 1 as a', output: good.csv }
  - { name: bad, query: 'select nope from www_access', output: bad.csv }
  - { name: worse, query: 'select 1 as a', output: worse.csv, columns: [b] }
  - { name: last, query: 'select 2 as a', output: last.csv }
`,
  )
  const { exit, stderr } = await run(['--quiet'])
  t.equal(exit, 3, 'that of the first in the manifest')
  const errors = stderr.split('\n').filter((line) => line.startsWith('td-sluice:'))
  t.match(errors, [
    /^td-sluice: E_JOB_FAILED: bad: .*nope.* \(job \d+\)$/,
    /^td-sluice: E_USAGE: worse: there is no column "b"/,
    'td-sluice: E_JOB_FAILED: 2 of 4 exports failed: bad (E_JOB_FAILED), worse (E_USAGE)',
  ])
  t.equal(read('last.csv'), 'a\n2\n')
  t.equal(jobs().length, 4)
  edit('columns: [b]', 'columns: [a]')
  const again = await report()
  t.same(outcomes(again), ['good skipped', 'bad failed', 'worse written', 'last skipped'])
  t.match(again.exports[1], {
    tries: 1,
    jobId: jobs().at(-1)!.id,
    error: { code: 'E_JOB_FAILED', exitCode: 3 },
  })
  t.equal(jobs().length, 5, 'only what had failed got a new job')
})

t.test('retries issue a new job for a failed one, under a key of its own', async (t) => {
  const { report, jobs } = folderOf(
    t,
    "exports: [{ name: a, query: 'select nope from www_access', output: a.csv, retries: 2, retry_delay: 1ms }]\n",
  )
  const { exports } = await report()
  t.match(exports[0], { tries: 3, outcome: 'failed' })
  t.match(
    jobs().map((job) => job.domainKey),
    [/-[0-9a-f]{16}-1$/, /-[0-9a-f]{16}-2$/, /-[0-9a-f]{16}-3$/],
  )
})

t.test('retries download again without a new job where only that failed', async (t) => {
  const { report, jobs } = folderOf(
    t,
    "exports: [{ name: a, query: 'select 1 as a', output: a.csv, retries: 1, retry_delay: 1ms }]\n",
  )
  sandbox.faults.add('status:503@result')
  t.teardown(() => sandbox.faults.clear())
  const { exports } = await report(['--retries', '0'])
  t.match(exports[0], { tries: 2, outcome: 'written' })
  t.equal(jobs().length, 1)
})

t.test(
  'a job that had failed before the start is replaced at once, also when only its key tells of it',
  async (t) => {
    const { run, report, jobs, cwd, edit } = folderOf(
      t,
      "exports: [{ name: a, query: 'select x from gone.b', output: a.csv }]\n",
    )
    t.equal((await run()).exit, 3)
    t.equal((await run()).exit, 3)
    t.equal(jobs().length, 2)
    rmSync(join(cwd, 'exports.yaml.state.json'))
    const { exports } = await report()
    t.match(exports[0], { tries: 3, outcome: 'failed' }, 'two found dead, one issued')
    t.equal(jobs().length, 3)
    edit('select x from gone.b', 'select 1 as a')
    t.same(outcomes(await report()), ['a written'])
  },
)

t.test('--only does what it names, and suggests', async (t) => {
  const { run, report, jobs } = folderOf(t, TWO, SQL)
  const world = { env: { WORD: 'x' } }
  const { exit, stderr } = await run(['--only', 'tow'], world)
  t.equal(exit, 2)
  t.match(
    stderr,
    'td-sluice: E_USAGE: there is no export tow; did you mean two?\n  hint: the exports are one, two\n',
  )
  t.same(outcomes(await report(['--only', 'two'], world)), ['two written'])
  t.same(outcomes(await report(['--only', 'two', '--only', 'one'], world)), ['one written', 'two skipped'])
  t.equal(jobs().length, 2)
})

t.test('--dry-run prints the plan and sends nothing', async (t) => {
  const { run, jobs, cwd } = folderOf(
    t,
    `${TWO}  - { name: three, query: 'select 1 as a', output: o, format: csv.gz, partition_by: [a],
      result_url: 'mysql://u:\${env.DB_PASSWORD}@host/db' }\n`,
    SQL,
  )
  const requests = sandbox.log.length
  const world = { env: { WORD: 'x', DB_PASSWORD: 'hunter22', TD_API_KEY: '' } }
  const { exit, stdout, stderr } = await run(['--dry-run'], world)
  t.equal(exit, 0, stderr)
  t.match(
    stdout,
    /^3 exports for 2026-01-31T00:\d\d:00Z \(UTC\), 4 at a time\n\none: issue a job, td-sluice-one-20260131T/,
  )
  t.ok(
    stdout.includes(
      `  trino on sample_datasets, to ${cwd}/out/2026-01-31/one.csv (csv)\n  | select 1 as a\n`,
    ),
    stdout,
  )
  t.match(stdout, /\/o \(csv, gzip, by a\)\n {2}and to mysql:\/\/u:\[hidden\]@host\/db\n/)
  const { exports } = JSON.parse((await run(['--dry-run', '-f', 'json'], world)).stdout)
  t.match(exports[1], { name: 'two', action: 'issue', query: "select 'x' as word, '2026-01-30' as day\n" })
  t.equal(sandbox.log.length, requests)
  t.equal(jobs().length, 0)
  t.notOk(existsSync(join(cwd, 'exports.yaml.state.json')))
  await run(['--only', 'one'], { env: { WORD: 'x', DB_PASSWORD: 'hunter22' } })
  t.match((await run(['--dry-run'], world)).stdout, /^one: complete already, by job \d+$/m)
})

t.test('a wrong manifest is exit 2 with every problem, and nothing is started', async (t) => {
  const { run, jobs } = folderOf(
    t,
    `exports:
  - name: a
    query: |
      select \${dat}
      from t where x = \${env.EVIL}
    output: out.xyz
  - name: a
    query_file: bad.sql
    output: b.csv
  - { name: c, output: ./b.csv, query: 'select 1', query_file: none.sql, max_rows_per_file: 5 }
`,
    { 'bad.sql': 'select 1\n  as ${date | nope}\n' },
  )
  const { exit, stderr } = await run([], { env: { EVIL: '1 or 1=1' } })
  t.equal(exit, 2)
  t.same(stderr.trimEnd().split('\n'), [
    'bad.sql:2:6: the format nope has no conversion, such as %Y%m%d',
    'exports.yaml:6:14: there is no ${dat}; did you mean date?',
    'exports.yaml:7:24: the value of EVIL could change what the query means; | sql makes a quoted text of it, | number checks that it is a number',
    'exports.yaml:8:13: the name out.xyz does not tell the format: set format',
    'exports.yaml:9:11: there is another export of the name a',
    'exports.yaml:12:5: query and query_file exclude each other',
    'exports.yaml:12:24: the export a writes the same output',
    'exports.yaml:12:93: max_rows_per_file is for partition_by',
    'td-sluice: E_CONFIG: exports.yaml has 8 problems; nothing was started',
  ])
  const json = await run(['--log-format', 'json'], { env: { EVIL: '1 or 1=1' } })
  const line = JSON.parse(json.stderr)
  t.match(line, { level: 'error', event: 'failure', code: 'E_CONFIG', exitCode: 2 })
  t.match(line.problems[1], {
    file: 'exports.yaml',
    line: 6,
    column: 14,
    message: 'there is no ${dat}; did you mean date?',
  })
  t.equal(jobs().length, 0)
})

t.test('the database may come from TD_DATABASE', async (t) => {
  const { run } = folderOf(t, "exports: [{ name: a, query: 'select 1 as a', output: a.csv }]\n")
  writeFileSync(
    join(t.testdirName, 'exports.yaml'),
    "version: 1\nexports: [{ name: a, query: 'select 1 as a', output: a.csv }]\n",
  )
  t.match((await run()).stderr, 'exports.yaml:2:11: there is no database')
  t.equal((await run([], { env: { TD_DATABASE: 'sample_datasets' } })).exit, 0)
})

t.test('partitions are written, and remembered file by file', async (t) => {
  const { report, cwd } = folderOf(
    t,
    "exports: [{ name: a, query: 'select code, path from www_access', output: out, format: csv.gz, partition_by: [code] }]\n",
  )
  const { exports } = await report()
  t.ok(exports[0]!.files!.length > 0)
  for (const { path } of exports[0]!.files!) t.ok(existsSync(path), path)
  t.ok(existsSync(join(cwd, 'out/code=200/part-0.csv.gz')))
  t.same(outcomes(await report()), ['a skipped'])
  rmSync(join(cwd, 'out/code=200/part-0.csv.gz'))
  t.same(outcomes(await report()), ['a written'])
})

t.test('hooks get the report on stdin, and no API key', async (t) => {
  const { run, read, cwd, edit } = folderOf(
    t,
    `exports: [{ name: a, query: 'select 1 as a', output: a.csv }]
on_success: "cat > report.json; env > env.txt; echo told; exit 7"
on_failure: [tee, failed.json]
`,
  )
  const { exit, stderr } = await run(['--report', 'own.json'], {
    env: { TREASURE_DATA_API_KEY: KEY, OTHER: 'kept' },
  })
  t.equal(exit, 0, 'that of the exports')
  const report = JSON.parse(read('report.json'))
  t.match(report, { complete: true, exports: [{ name: 'a', outcome: 'written' }], hooks: [] })
  t.match(JSON.parse(read('own.json')).hooks, [
    { hook: 'on_success', exitCode: 7, signal: null, timedOut: false },
  ])
  t.match(read('env.txt'), /^OTHER=kept$/m)
  t.notMatch(read('env.txt'), /API_KEY|abcdef/)
  t.match(stderr, 'on_success: told\nnote: the hook on_success ended with exit code 7\n')
  t.notOk(existsSync(join(cwd, 'failed.json')))
  edit('select 1 as a', 'select nope')
  t.equal((await run()).exit, 3)
  t.match(JSON.parse(read('failed.json')), { complete: false, exitCode: 3, exports: [{ outcome: 'failed' }] })
})

t.test(
  'a hook that takes too long is stopped with all that it started; one that is not there is told',
  async (t) => {
    const { report, edit } = folderOf(
      t,
      "exports: [{ name: a, query: 'select 1 as a', output: a.csv }]\non_success: sleep 60 & sleep 60\nhook_timeout: 300ms\n",
    )
    const { hooks } = await report()
    t.match(hooks, [{ hook: 'on_success', exitCode: null, signal: 'SIGTERM', timedOut: true }])
    t.ok(hooks[0]!.durationMs < 30_000)
    edit('sleep 60 & sleep 60', '[./none]')
    t.match((await report()).hooks, [{ exitCode: null, signal: null, timedOut: false }])
  },
)

t.test('with JSON logs every line of an export has its name, and the job id once there is one', async (t) => {
  const { run, jobs } = folderOf(t, TWO, SQL)
  sandbox.faults.add('status:503@status')
  t.teardown(() => sandbox.faults.clear())
  const { stderr } = await run(['--log-format', 'json'], { env: { WORD: 'x' } })
  const lines = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  for (const line of lines)
    t.match(line, { level: /^(info|warn|error)$/, time: /Z$/, event: String, msg: String })
  const own = lines.filter((line) => line.event !== 'run' && line.event !== 'run_complete')
  t.same([...new Set(own.map((line) => line.export))].sort(), ['one', 'two'])
  const byName = {
    one: jobs().find((job) => job.query === 'select 1 as a')!.id,
    two: jobs().find((job) => job.query !== 'select 1 as a')!.id,
  }
  for (const line of own) t.equal(line.jobId, byName[line.export as 'one' | 'two'], line.msg)
  t.match(lines.at(-1), { event: 'run_complete', written: 2, skipped: 0 })
  t.match(
    lines.find((line) => line.event === 'complete'),
    { rows: 1, path: String, bytesOut: Number, sha256: String },
  )
})

t.test('a stopped run leaves its jobs, and the next start finishes them', async (t) => {
  const slow = await startSandbox({ runMs: 400, rows: 10 })
  t.teardown(() => slow.close())
  const { run, report } = folderOf(t, TWO, SQL)
  const stopping = new AbortController()
  const env = { WORD: 'x', TD_API_SERVER: slow.url }
  setTimeout(() => stopping.abort(new SluiceError('E_TERMINATED', 'stopped by SIGTERM')), 250)
  const { exit, stderr } = await run(['--report', 'stopped.json'], { env, signal: stopping.signal })
  t.equal(exit, 143, stderr)
  t.same(
    slow.jobs().filter((job) => job.status === 'killed'),
    [],
  )
  t.same(outcomes(await report([], { env })), ['one written', 'two written'])
  t.equal(slow.jobs().length, 2)
})

t.test('with --on-interrupt kill the jobs are killed, and the next start issues others', async (t) => {
  const slow = await startSandbox({ runMs: 60_000, rows: 10 })
  t.teardown(() => slow.close())
  const { run } = folderOf(t, "exports: [{ name: a, query: 'select 1 as a', output: a.csv }]\n")
  const stopping = new AbortController()
  const env = { TD_API_SERVER: slow.url }
  const waiting = setInterval(() => {
    if (slow.jobs().length > 0 && slow.log.some((entry) => entry.url.includes('/status/')))
      stopping.abort(new SluiceError('E_INTERRUPTED', 'stopped by Ctrl-C'))
  }, 20)
  t.teardown(() => clearInterval(waiting))
  t.equal((await run(['--on-interrupt', 'kill'], { env, signal: stopping.signal })).exit, 130)
  t.equal(slow.jobs()[0]!.status, 'killed')
})

t.test('nothing is left beside the outputs but the state', async (t) => {
  const { run, cwd } = folderOf(t, TWO, SQL)
  await run([], { env: { WORD: 'x' } })
  t.same(readdirSync(cwd).sort(), ['exports.yaml', 'exports.yaml.state.json', 'out', 'two.ndjson', 'two.sql'])
})

t.test('a state that cannot be used is told, not guessed', async (t) => {
  const { run, cwd, jobs } = folderOf(t, TWO, SQL)
  writeFileSync(join(cwd, 'exports.yaml.state.json'), '{"version": 1')
  const { exit, stderr } = await run([], { env: { WORD: 'x' } })
  t.equal(exit, 2)
  t.match(
    stderr,
    /E_CONFIG: .*exports\.yaml\.state\.json is no state of a manifest.*\n {2}hint: move it away/,
  )
  t.equal(jobs().length, 0)
})
