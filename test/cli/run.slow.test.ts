// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders of manifests look like those of JavaScript
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { SluiceError } from '../../src/errors.js'
import { undated } from '../support/cli/undated.js'
import { manifestFolders, outcomes, RUN_KEY, TWO, TWO_SQL } from '../support/manifest/folder.js'

t.setTimeout(600_000)

const { sandbox, folderOf } = await manifestFolders(t)

t.test(
  'each line of a log begins with the time, by the clock of the manifest once that is known',
  async (t) => {
    const { run, edit } = folderOf(t, `timezone: Asia/Tokyo\n${TWO}`, TWO_SQL)
    const clock = () => Date.parse('2026-01-30T16:00:02.5Z')
    const world = { env: { WORD: 'a' }, clock }
    const beginnings = ({ stderr }: { stderr: string }) =>
      new Set(
        stderr
          .trimEnd()
          .split('\n')
          .map((line) => /^(?: {2}hint|[\d-]{10}T\S+(?= ))?/.exec(line)![0]),
      )
    t.strictSame(beginnings(await run([], world)), new Set(['2026-01-31T01:00:02+09:00']))
    t.match((await run(['--dry-run'], world)).stdout, /^2 exports for 2026-/)
    const early = new Set(['2026-01-30T16:00:02Z', '  hint'])
    t.strictSame(beginnings(await run(['--paralel', '2'], world)), early, 'a wrong command line')
    t.strictSame(beginnings(await run(['--only', 'tow'], world)), early, 'nothing to run')
    t.notMatch((await run(['--only', 'tow', '--dry-run'], world)).stderr, /^\d/m)
    edit('query:', 'qurey:')
    t.strictSame(beginnings(await run([], world)), new Set(['2026-01-30T16:00:02Z']), 'each problem')
  },
)

t.test('a run writes all outputs; the next start issues and writes nothing', async (t) => {
  const { time, run, read, jobs, report } = folderOf(t, TWO, TWO_SQL)
  const { exit, stdout, stderr } = await run([], { env: { WORD: "it's" } })
  t.equal(exit, 0, stderr)
  t.equal(stdout, '')
  t.equal(read('out/2026-01-31/one.csv'), 'a\n1\n')
  t.equal(read('two.ndjson'), `{"word":"it's","day":"2026-01-30"}\n`)
  t.ok(undated(stderr).startsWith(`2 exports of exports.yaml for ${time}\n`), stderr)
  t.match(undated(stderr), /^one: job \d+: issued$/m)
  t.match(undated(stderr), /\ncomplete: 2 written, 0 skipped\n$/)
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
  const errors = undated(stderr)
    .split('\n')
    .filter((line) => line.startsWith('td-sluice:'))
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

t.test('--only does what it names, and suggests', async (t) => {
  const { run, report, jobs } = folderOf(t, TWO, TWO_SQL)
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
    TWO_SQL,
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
  t.match(stdout, /\/o \(csv, gzip, by a\)\n {2}and to mysql:\/\/host\/db\n/)
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
  - { name: c, output: ./b.csv, query: 'select 1', query_file: none.sql, earlier_files: keep }
`,
    { 'bad.sql': 'select 1\n  as ${date | nope}\n' },
  )
  const { exit, stderr } = await run([], { env: { EVIL: '1 or 1=1' } })
  t.equal(exit, 2)
  t.same(undated(stderr).trimEnd().split('\n'), [
    'bad.sql:2:6: the format nope has no conversion, such as %Y%m%d',
    'exports.yaml:6:14: there is no ${dat}; did you mean date?',
    'exports.yaml:7:24: the value of EVIL could change what the query means; | sql makes a quoted text of it, | number checks that it is a number',
    'exports.yaml:8:13: the name out.xyz does not tell the format: set format',
    'exports.yaml:9:11: there is another export of the name a',
    'exports.yaml:12:5: query and query_file exclude each other',
    'exports.yaml:12:24: the export a writes the same output',
    'exports.yaml:12:89: earlier_files is for folders: partition_by, max_rows_per_file, max_bytes_per_file',
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
    env: { TREASURE_DATA_API_KEY: RUN_KEY, OTHER: 'kept' },
  })
  t.equal(exit, 0, 'that of the exports')
  const report = JSON.parse(read('report.json'))
  t.match(report, { complete: true, exports: [{ name: 'a', outcome: 'written' }], hooks: [] })
  t.match(JSON.parse(read('own.json')).hooks, [
    { hook: 'on_success', exitCode: 7, signal: null, timedOut: false },
  ])
  t.match(read('env.txt'), /^OTHER=kept$/m)
  t.notMatch(read('env.txt'), /API_KEY|abcdef/)
  t.match(undated(stderr), 'on_success: told\nnote: the hook on_success ended with exit code 7\n')
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
  const { run, jobs } = folderOf(t, TWO, TWO_SQL)
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

t.test('nothing is left beside the outputs but the state', async (t) => {
  const { run, cwd } = folderOf(t, TWO, TWO_SQL)
  await run([], { env: { WORD: 'x' } })
  t.same(readdirSync(cwd).sort(), ['exports.yaml', 'exports.yaml.state.json', 'out', 'two.ndjson', 'two.sql'])
})

t.test('a spool keeps the bytes until the output is complete, and nothing after', async (t) => {
  const { run, cwd, read } = folderOf(
    t,
    "exports: [{ name: a, query: 'select 1 as a', output: a.csv, spool: 'spool/${name}' }]\n",
  )
  const { exit, stderr } = await run()
  t.equal(exit, 0, stderr)
  t.equal(read('a.csv'), 'a\n1\n')
  t.same(readdirSync(join(cwd, 'spool/a')), [])
})

t.test('without an API key nothing is started, and on_failure is run', async (t) => {
  const { run, cwd, jobs } = folderOf(t, `${TWO}on_failure: touch hooked\n`, TWO_SQL)
  const { exit, stderr } = await run([], { env: { WORD: 'x', TD_API_KEY: '' } })
  t.equal(exit, 2)
  t.match(stderr, /td-sluice: E_CONFIG: there is no API key/)
  t.equal(jobs().length, 0)
  t.ok(existsSync(join(cwd, 'hooked')))
})

t.test('a run that is stopped stops its hook', async (t) => {
  const { run, cwd } = folderOf(
    t,
    "exports: [{ name: a, query: 'select 1 as a', output: a.csv }]\non_success: touch begun; sleep 300\n",
  )
  const stopping = new AbortController()
  const begin = performance.now()
  const waiting = setInterval(() => {
    if (existsSync(join(cwd, 'begun'))) stopping.abort(new SluiceError('E_TERMINATED', 'stopped by SIGTERM'))
  }, 20)
  t.teardown(() => clearInterval(waiting))
  t.equal((await run([], { signal: stopping.signal })).exit, 143)
  t.ok(performance.now() - begin < 150_000, 'long before the hook ends')
})
