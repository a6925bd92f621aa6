import t from 'tap'
import { createReporter } from '../../../src/cli/progress/create-reporter.js'
import { exportReporters } from '../../../src/cli/progress/export-reporter.js'
import { newSession } from '../../../src/cli/session.js'
import { SluiceError } from '../../../src/errors.js'
import type { RunPlan } from '../../../src/manifest/plan.js'
import { isoTime } from '../../../src/manifest/time-text.js'
import { UTC, zoneNamed } from '../../../src/manifest/zone.js'
import type { JobEvent } from '../../../src/model/progress.js'
import { contextOf, Recorder, type World } from '../../support/cli/context.js'

const PLAN = {
  zone: UTC,
  scheduledTimes: [0],
  exports: ['a', 'b'].map((name) => ({ name, job: { scheduledTime: 0 } })),
} as unknown as RunPlan

const job = (status: string, elapsedMs: number): JobEvent => ({
  type: 'job',
  jobId: '12',
  status,
  elapsedMs,
  issued: true,
})

/** The reporters of two exports, a clock that is set by hand, and what was printed. */
async function reporters(world: World = {}) {
  let now = 0
  const stderr = new Recorder()
  const session = newSession(contextOf(new Recorder(), stderr, { now: () => now, ...world }))
  session.reporter = await createReporter(session.context, { color: false })
  const of = await exportReporters(session, PLAN)
  return {
    a: of(PLAN.exports[0]!),
    b: of(PLAN.exports[1]!),
    stderr,
    reporter: session.reporter,
    pass: (ms: number) => {
      now += ms
    },
  }
}

t.test('without a terminal an export that is at work is heard of once a minute', async (t) => {
  const { a, stderr, pass } = await reporters()
  a.progress(job('queued', 0))
  a.progress(job('running', 1000))
  for (let i = 0; i < 18; i++) {
    pass(10_000)
    a.progress({
      ...job('running', 1000 + i * 10_000),
      progress: { percent: i, stages: { done: 1, total: 9 } },
    })
  }
  pass(1000)
  a.progress({ type: 'transfer', bytesIn: 5e6, totalBytesIn: 1e7, rows: 7, totalRows: 14, elapsedMs: 1000 })
  pass(60_000)
  a.progress({ type: 'transfer', bytesIn: 6e6, totalBytesIn: 1e7, rows: 9, totalRows: 14, elapsedMs: 61_000 })
  t.strictSame(stderr.text.split('\n'), [
    'a: job 12: issued',
    'a: job 12: running after 1.0 s',
    'a: job 12, running, 5%, 1 of 9 stages, 1 m 00 s',
    'a: job 12, running, 11%, 1 of 9 stages, 2 m 00 s',
    'a: job 12, running, 17%, 1 of 9 stages, 3 m 00 s',
    'a: job 12, 60%, 9 rows, 16.7 kB/s, 4 m 00 s left',
    '',
  ])
})

t.test('in a log each message begins with the time by the clock of the manifest', async (t) => {
  const at = Date.parse('2026-03-29T00:59:59.999Z')
  const berlin = zoneNamed('Europe/Berlin')
  for (const [terminal, first, later] of [
    [false, '2026-03-29T01:59:59+01:00 ', '2026-03-29T03:00:00+02:00 '],
    [true, '', ''],
  ] as const) {
    let passed = 0
    const { a, stderr, reporter } = await reporters({
      clock: () => at + passed,
      terminal,
      env: { TERM: 'dumb' },
    })
    a.info('before')
    reporter.dateLines(() => isoTime(at + passed, berlin))
    a.info('attaching to job 12')
    passed = 1
    a.failure(new SluiceError('E_NET', 'no network', { hint: 'try it later' }))
    t.equal(
      stderr.text,
      `a: before\n${first}a: attaching to job 12\n${later}td-sluice: E_NET: a: no network\n  hint: try it later\n`,
    )
  }
})

t.test('the end of an export tells its size and how long it took', async (t) => {
  const { a, b, stderr, pass } = await reporters()
  pass(4100)
  a.info('wrote 120 rows to a.csv', { event: 'complete', rows: 120, bytesOut: 1633 })
  b.info('wrote 3 rows to all.duckdb#t', { event: 'complete', rows: 3, bytesOut: 0 })
  t.equal(
    stderr.text,
    'a: wrote 120 rows to a.csv (1.63 kB, 4.1 s)\nb: wrote 3 rows to all.duckdb#t (4.1 s)\n',
  )
})

t.test('on a terminal each export has a line, above which what ends is told', async (t) => {
  const { a, b, stderr, reporter } = await reporters({ terminal: true, env: { LANG: 'C.UTF-8' } })
  a.progress(job('running', 0))
  while (!stderr.text.includes('waiting')) await new Promise((resolve) => setTimeout(resolve, 20))
  t.equal(stderr.text, '▸ a  job 12 · running · 0.0 s\n▸ b  waiting for the API · 0.0 s')
  stderr.text = ''
  b.failure(new SluiceError('E_NET', 'no network'))
  t.match(
    stderr.text,
    /^\r\x1b\[K\x1b\[A\x1b\[Ktd-sluice: E_NET: b: no network\n {2}hint: .*\n▸ a {2}job 12 · running · 0\.0 s\n✘ b {2}E_NET$/,
  )
  stderr.text = ''
  reporter.stop()
  t.equal(stderr.text, '\r\x1b[K\x1b[A\x1b[K', 'both lines are erased')
})
