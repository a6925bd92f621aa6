// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders of manifests look like those of JavaScript
/** `run --from --to`, `--last` and `catch_up`: many scheduled times in one start. */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { SluiceError } from '../../src/errors.js'
import { acquireLock } from '../../src/files/lock.js'
import type { RunReport } from '../../src/manifest/report.js'
import { undated } from '../support/cli/undated.js'
import { manifestFolders, outcomes, RUN_KEY } from '../support/manifest/folder.js'

t.setTimeout(600_000)

const { sandbox, folderOf } = await manifestFolders(t)

/** The queries differ, because jobs of all tests here are those of one account. */
const manifestOf = (mark: string, more = '') => `timezone: Asia/Tokyo
exports:
  - { name: a, query: "select '\${date}' as ${mark}", output: 'out/\${date}/a.csv' }
  - { name: b, query: "select 2 as ${mark}", output: 'out/\${date}/b.csv' }
${more}`

type Folder = ReturnType<typeof folderOf>

/** Runs it without the scheduled time that the folder otherwise gives it. */
async function backfill(folder: Folder, args: readonly string[], day?: string, signal?: AbortSignal) {
  const { runInProcess } = await import('../support/cli/context.js')
  const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: RUN_KEY, PATH: process.env.PATH! }
  const clock = day === undefined ? {} : { clock: () => Date.parse(`${day}T03:00:00+09:00`) }
  return runInProcess(['run', 'exports.yaml', '--retry-delay', '1ms', '--report', 'r.json', ...args], {
    cwd: folder.cwd,
    env,
    ...clock,
    ...(signal && { signal }),
  })
}

const reportOf = ({ read }: Folder): RunReport => JSON.parse(read('r.json'))

t.test('a backfill does every scheduled time in order, and skips what is complete', async (t) => {
  const folder = folderOf(t, manifestOf('one', 'on_success: cat > told.json\n'))
  const { exit, stderr } = await backfill(folder, ['--from', '2026-01-01', '--to', '2026-01-03'])
  t.equal(exit, 0, stderr)
  t.match(
    undated(stderr),
    /^6 exports of exports\.yaml for 3 scheduled times, 2026-01-01T00:00:00\+09:00 to 2026-01-03T00:00:00\+09:00\n/,
  )
  t.match(undated(stderr), /\na 2026-01-02T00:00:00\+09:00: wrote 1 row to /)
  t.match(undated(stderr), /\ncomplete: 6 written, 0 skipped for 3 scheduled times\n$/)
  t.strictSame(readdirSync(join(folder.cwd, 'out')), ['2026-01-01', '2026-01-02', '2026-01-03'])
  t.equal(folder.read('out/2026-01-02/a.csv'), 'one\n2026-01-02\n')
  const issued = folder.jobs().map(({ scheduledTime }) => scheduledTime)
  t.strictSame(issued, issued.toSorted(), 'oldest first')
  t.equal(issued.length, 6)
  const report = reportOf(folder)
  t.match(report, {
    scheduledTime: '2026-01-03T00:00:00+09:00',
    scheduledTimes: ['2026-01-01T00:00:00+09:00', '2026-01-02T00:00:00+09:00', '2026-01-03T00:00:00+09:00'],
    complete: true,
    hooks: [{ hook: 'on_success' }],
  })
  t.strictSame(
    report.exports.map(({ scheduledTime, name }) => `${scheduledTime.slice(8, 10)} ${name}`),
    ['01 a', '01 b', '02 a', '02 b', '03 a', '03 b'],
  )
  t.equal(JSON.parse(folder.read('told.json')).exports.length, 6, 'one hook for all')
  rmSync(join(folder.cwd, 'out/2026-01-02/b.csv'))
  const again = await backfill(folder, ['--last', '4', '--parallel', '3'], '2026-01-04')
  t.equal(again.exit, 0, again.stderr)
  t.match(undated(again.stderr), /\ncomplete: 3 written, 5 skipped for 4 scheduled times\n$/)
  t.equal(folder.jobs().length, 8, 'what was removed comes from its job')
})

t.test('--dry-run lists the scheduled times with what is to be done', async (t) => {
  const folder = folderOf(t, manifestOf('two'))
  await backfill(folder, ['--scheduled-time', '2026-01-02'])
  const { stdout } = await backfill(folder, ['--from', '2026-01-01', '--to', '2026-01-03', '--dry-run'])
  t.equal(
    stdout,
    [
      '6 exports for 3 scheduled times (Asia/Tokyo), 1 time and 4 exports of each at once',
      '2026-01-01T00:00:00+09:00: 2 jobs to issue',
      '2026-01-02T00:00:00+09:00: 2 complete already',
      '2026-01-03T00:00:00+09:00: 2 jobs to issue',
      '',
    ].join('\n'),
  )
  const json = JSON.parse(
    (await backfill(folder, ['--from', '2026-01-01', '--to', '2026-01-03', '--dry-run', '-f', 'json']))
      .stdout,
  )
  t.match(json.scheduledTimes, ['2026-01-01T00:00:00+09:00', /02T/, /03T/])
  t.match(json.exports[2], { name: 'a', scheduledTime: '2026-01-02T00:00:00+09:00', action: 'skip' })
})

t.test('a failing time does not stop the others; the exit code is that of the worst', async (t) => {
  const folder = folderOf(
    t,
    `timezone: Asia/Tokyo
exports:
  - { name: a, query: 'select n\${date | %d} as three from (select 1 as n02)', output: 'out/\${date}.csv' }
  - { name: b, query: 'select 1 as three', output: 'late/\${date}.csv', wait_timeout: 1ms }
`,
  )
  sandbox.faults.add('hang@status')
  t.teardown(() => sandbox.faults.clear())
  const { exit, stderr } = await backfill(folder, [
    '--from',
    '2026-01-01',
    '--to',
    '2026-01-03',
    '--only',
    'b',
  ])
  t.equal(exit, 5, stderr)
  t.match(
    stderr,
    /E_DEADLINE: 3 of 3 exports failed for 3 scheduled times: b 2026-01-01T00:00:00\+09:00 \(E_DEADLINE\), .*; jobs \d+, \d+, \d+ go on\n/,
  )
  sandbox.faults.clear()
  const all = await backfill(folder, ['--from', '2026-01-01', '--to', '2026-01-03'])
  t.equal(all.exit, 3, all.stderr)
  t.match(all.stderr, /E_JOB_FAILED: \d of 6 exports failed for 3 scheduled times: a 2026-01-01T/)
})

t.test('a backfill whose times would replace each other is refused', async (t) => {
  const latest = (more: string) =>
    folderOf(t, `timezone: Asia/Tokyo\nexports:\n  - { name: a, query: 'select 1 as n', output: ${more} }\n`)
  for (const output of [
    'latest.csv',
    'all.duckdb#t, mode: replace',
    'folder, format: csv, max_rows_per_file: 5, receipt: true',
  ]) {
    const { exit, stderr } = await backfill(latest(output), ['--last', '2'], '2026-01-02')
    t.equal(exit, 2, output)
    t.match(
      undated(stderr),
      /^exports\.yaml:5:\d+: the same output for two times, 2026-01-01T00:00:00\+09:00 and 2026-01-02T00:00:00\+09:00: put \$\{date\} /,
    )
  }
  t.equal(
    (await backfill(latest('parts, format: csv, max_rows_per_file: 5'), ['--last', '2'], '2026-01-02')).exit,
    0,
  )
  t.equal((await backfill(latest('latest.csv'), [], '2026-01-02')).exit, 0, 'a single time may')
})

t.test('a backfill that is stopped goes on where it was, without a second job', async (t) => {
  const folder = folderOf(t, manifestOf('four'))
  const stopping = new AbortController()
  sandbox.faults.add('status:503@status')
  t.teardown(() => sandbox.faults.clear())
  const running = backfill(folder, ['--last', '3', '--parallel', '2'], '2026-02-03', stopping.signal)
  while (folder.jobs().length < 4) await sleep(5)
  stopping.abort(new SluiceError('E_TERMINATED', 'stopped by SIGTERM'))
  const { exit, stderr } = await running
  t.equal(exit, 143)
  t.match(stderr, /stopped by SIGTERM; 0 of 6 written for 3 scheduled times; jobs \d+, \d+, \d+, \d+ go on\n/)
  sandbox.faults.clear()
  t.equal((await backfill(folder, ['--last', '3'], '2026-02-03')).exit, 0)
  t.equal(folder.jobs().length, 6)
})

t.test('a start during a backfill that makes its outputs too is no failure', async (t) => {
  const folder = folderOf(t, manifestOf('five', 'on_failure: cat > told.json\n'))
  const lock = await acquireLock(join(folder.cwd, 'exports.yaml.state.json'), {
    task: '2026-01-01T00:00:00+09:00 to 2026-01-31T00:00:00+09:00',
  })
  t.teardown(() => lock.release())
  const within = await backfill(folder, [], '2026-01-31')
  t.equal(within.exit, 15)
  t.notOk(existsSync(join(folder.cwd, 'told.json')))
  const after = await backfill(folder, [], '2026-02-01')
  t.equal(after.exit, 15)
  t.match(
    after.stderr,
    /hint: when it has ended, run this one with --scheduled-time 2026-02-01T00:00:00\+09:00/,
  )
  t.ok(existsSync(join(folder.cwd, 'told.json')), 'nobody makes these')
  const wider = await backfill(folder, ['--last', '3'], '2026-02-01')
  t.match(wider.stderr, / with --from 2026-01-30T00:00:00\+09:00 --to 2026-02-01T00:00:00\+09:00/)
})

t.test('catch_up does missed times at the next start, and nothing twice', async (t) => {
  const folder = folderOf(t, manifestOf('six', 'catch_up: 3\n'))
  t.equal((await backfill(folder, [], '2026-01-02')).exit, 0)
  const { exit, stderr } = await backfill(folder, [], '2026-01-05')
  t.equal(exit, 0, stderr)
  t.match(undated(stderr), /^6 exports of exports\.yaml for 3 scheduled times, 2026-01-03T\S+ to 2026-01-05T/)
  t.match(undated((await backfill(folder, [], '2026-01-05')).stderr), /\ncomplete: 0 written, 2 skipped\n$/)
  const late = await backfill(folder, [], '2026-01-20')
  t.match(
    undated(late.stderr),
    /^note: exports for 2026-01-16T00:00:00\+09:00 are missing too, which is too long ago for catch_up/m,
  )
  t.equal(reportOf(folder).exports.length, 8)
  t.equal(folder.jobs().length, 2 + 6 + 8)
  const chosen = await backfill(folder, ['--scheduled-time', '2026-01-21'], '2026-01-25')
  t.match(
    undated(chosen.stderr),
    /\ncomplete: 2 written, 0 skipped\n$/,
    'a start that is told its time does that one',
  )
})

t.test('catch_up leaves an output alone that holds the latest time only', async (t) => {
  const folder = folderOf(
    t,
    "timezone: Asia/Tokyo\ncatch_up: true\nexports:\n  - { name: a, query: 'select 1 as n', output: latest.csv }\n",
  )
  await backfill(folder, [], '2026-03-01')
  const { exit, stderr } = await backfill(folder, [], '2026-03-05')
  t.equal(exit, 0, stderr)
  t.match(undated(stderr), /^1 export of exports\.yaml for 2026-03-05T/)
})

t.test('--only narrows a backfill, and --parallel needs one', async (t) => {
  const folder = folderOf(t, manifestOf('seven'))
  await backfill(folder, ['--last', '2', '--only', 'b'], '2026-03-05')
  t.same(outcomes(reportOf(folder)), ['b written', 'b written'])
  const { exit, stderr } = await backfill(folder, ['--parallel', '2'])
  t.equal(exit, 2)
  t.match(stderr, 'E_USAGE: --parallel needs --from or --last')
})
