import t from 'tap'
import { metricsText, readSamples } from '../../src/manifest/metrics.js'
import type { ExportReport, RunReport } from '../../src/manifest/report.js'
import { parseMetrics } from '../support/metrics/parse.js'

const WRITTEN: ExportReport = {
  name: 'users',
  outcome: 'written',
  scheduledTime: '2026-01-31T00:00:00Z',
  jobId: '1',
  tries: 2,
  path: '/out/users.csv',
  rows: 12,
  rowsWritten: 10,
  bytesOut: 345,
  waitMs: 1500,
  transferMs: 250,
  durationMs: 2000,
  gates: [{ gate: 'unique("a,b")', outcome: 'passed', value: 0 }],
}
const FAILED: ExportReport = {
  name: 'orders',
  outcome: 'failed',
  scheduledTime: '2026-01-31T00:00:00Z',
  jobId: undefined,
  tries: 1,
  path: '/out/orders.csv',
  durationMs: 70,
  error: { code: 'E_EXPECTATION', message: 'no', exitCode: 12, retryable: false } as ExportReport['error'],
  gates: [
    { gate: 'rows>=1', outcome: 'failed', value: 0 },
    { gate: 'columns(a)', outcome: 'unchecked', value: null },
  ],
}

const report = (exports: readonly ExportReport[], more: Partial<RunReport> = {}): RunReport => ({
  manifest: 'exports.yaml',
  scheduledTime: '2026-01-31T00:00:00Z',
  startedAt: '2026-01-31T01:00:00.000Z',
  endedAt: '2026-01-31T01:00:07.500Z',
  complete: true,
  exitCode: 0,
  summary: '',
  exports,
  hooks: [],
  ...more,
})

const NONE = new Map<string, number>()

/** The value of a sample, its labels as JSON. */
const valueIn = (text: string) => {
  const families = parseMetrics(text)
  return (name: string, labels: object) =>
    families.get(`td_sluice_${name}`)?.samples.get(JSON.stringify(labels))
}

const M = { manifest: 'exports.yaml' }
const USERS = { ...M, export: 'users' }
const ENDED = Date.parse('2026-01-31T01:00:07.500Z') / 1000

t.test(
  'a report becomes metrics: rows, bytes, seconds by phase, exit codes, times of successes',
  async (t) => {
    const text = metricsText(report([WRITTEN, FAILED], { complete: false, exitCode: 12 }), NONE, true)
    const value = valueIn(text)
    t.equal(value('run_exit_code', M), 12)
    t.equal(value('run_complete', M), 0)
    t.equal(value('run_start_timestamp_seconds', M), ENDED - 7.5)
    t.equal(value('run_end_timestamp_seconds', M), ENDED)
    t.equal(value('run_scheduled_timestamp_seconds', M), Date.parse('2026-01-31') / 1000)
    t.equal(value('run_last_success_timestamp_seconds', M), undefined, 'there was none')
    for (const [outcome, count] of Object.entries({ written: 1, skipped: 0, failed: 1, stopped: 0 }))
      t.equal(value('run_exports', { ...M, outcome }), count)
    t.equal(value('export_exit_code', USERS), 0)
    t.equal(value('export_exit_code', { ...M, export: 'orders' }), 12)
    t.equal(value('export_rows', USERS), 10)
    t.equal(value('export_rows', { ...M, export: 'orders' }), undefined)
    t.equal(value('export_bytes', USERS), 345)
    t.equal(value('export_tries', USERS), 2)
    for (const [phase, seconds] of Object.entries({ wait: 1.5, transfer: 0.25, total: 2 }))
      t.equal(value('export_seconds', { ...USERS, phase }), seconds)
    t.equal(value('export_expectation_met', { ...USERS, expectation: 'unique("a,b")' }), 1)
    t.equal(value('export_expectation_met', { ...M, export: 'orders', expectation: 'rows>=1' }), 0)
    t.equal(value('export_expectation_met', { ...M, export: 'orders', expectation: 'columns(a)' }), undefined)
    t.equal(value('export_last_success_timestamp_seconds', USERS), ENDED)
    for (const [name, { type, help }] of parseMetrics(text)) {
      t.match(name, /^td_sluice_(run|export)_/)
      t.equal(type, 'gauge')
      t.match(help, /\.$/)
    }
  },
)

t.test('labels hold any text', async (t) => {
  const manifest = 'a "b" \\ c\nd=e,{f}.yaml'
  const text = metricsText(report([{ ...WRITTEN, gates: [] }], { manifest }), NONE, true)
  t.equal(valueIn(text)('run_exit_code', { manifest }), 0)
  t.equal(valueIn(text)('export_rows', { manifest, export: 'users' }), 10)
  const again = metricsText(report([], { manifest, complete: false, exitCode: 2 }), readSamples(text), false)
  t.equal(valueIn(again)('run_last_success_timestamp_seconds', { manifest }), ENDED, 'and are found again')
  t.equal(valueIn(again)('export_last_success_timestamp_seconds', { manifest, export: 'users' }), ENDED)
})

t.test(
  'a failure keeps the times of earlier successes, and a whole report forgets exports that are gone',
  async (t) => {
    const old = { ...WRITTEN, name: 'old' }
    const first = metricsText(report([WRITTEN, old, { ...FAILED, outcome: 'written' }]), NONE, true)
    const later = { complete: false, exitCode: 12, endedAt: '2026-02-01T00:00:00Z' }
    const second = valueIn(metricsText(report([FAILED], later), readSamples(first), false))
    t.equal(second('run_last_success_timestamp_seconds', M), ENDED)
    for (const name of ['users', 'old', 'orders'])
      t.equal(second('export_last_success_timestamp_seconds', { ...M, export: name }), ENDED, name)
    t.equal(second('export_rows', USERS), undefined, 'all else is that of the last start')
    const third = valueIn(metricsText(report([WRITTEN, FAILED], later), readSamples(first), true))
    t.equal(third('export_last_success_timestamp_seconds', USERS), Date.parse(later.endedAt) / 1000)
    t.equal(third('export_last_success_timestamp_seconds', { ...M, export: 'orders' }), ENDED)
    t.equal(third('export_last_success_timestamp_seconds', { ...M, export: 'old' }), undefined)
  },
)

t.test('an export that was complete before keeps the time when it was written', async (t) => {
  const skipped: ExportReport = { ...WRITTEN, outcome: 'skipped' }
  const first = metricsText(report([skipped]), NONE, true)
  t.equal(valueIn(first)('export_last_success_timestamp_seconds', USERS), ENDED, 'at least since then')
  const later = report([skipped], { endedAt: '2026-02-01T00:00:00Z' })
  const second = valueIn(metricsText(later, readSamples(first), true))
  t.equal(second('export_last_success_timestamp_seconds', USERS), ENDED)
  t.equal(second('run_last_success_timestamp_seconds', M), Date.parse('2026-02-01') / 1000)
})
