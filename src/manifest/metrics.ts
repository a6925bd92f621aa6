import type { ExportReport, RunReport } from './report.js'

/** Help texts of the metric families; all are gauges without timestamps, which node_exporter refuses. */
const FAMILIES = {
  run_exit_code: 'What the last start ended with: 0 when all is complete.',
  run_complete: 'Whether every export of the last start is written or was before.',
  run_start_timestamp_seconds: 'When the last start began.',
  run_end_timestamp_seconds: 'When the last start ended.',
  run_scheduled_timestamp_seconds: 'The time that the last start stood for.',
  run_last_success_timestamp_seconds: 'When a start last ended with all exports complete.',
  run_exports: 'Exports of the last start, by what became of them.',
  export_exit_code: 'The exit code of the export: 0 when it is written or was before.',
  export_rows: 'Rows that were written.',
  export_bytes: 'Bytes of the output.',
  export_tries: 'Jobs and downloads that the last start has tried.',
  export_seconds:
    'Seconds of the export: until its result could be read, of the transfer, and in all with pauses between tries.',
  export_expectation_met: 'Whether an expectation of the rows was met.',
  export_last_success_timestamp_seconds: 'When the export was last written, or found written.',
} as const

type Family = keyof typeof FAMILIES
type Labels = Readonly<Record<string, string>>

const OUTCOMES: readonly ExportReport['outcome'][] = ['written', 'skipped', 'failed', 'stopped']

const PREFIX = 'td_sluice_'

/** First line of a file of metrics, which identifies it as ours. */
export const METRICS_BEGIN = `# HELP ${PREFIX}`

/** Samples of a text, by family and labels. */
export type Samples = ReadonlyMap<string, number>

/** A line of a sample as {@link metricsText} writes it. */
const SAMPLE = /^(td_sluice_\w+(?:\{.*\})?) (\S+)$/gm

/** The samples of an earlier text of {@link metricsText}. */
export function readSamples(text: string): Samples {
  return new Map([...text.matchAll(SAMPLE)].map(([, key, value]) => [key!, Number(value)]))
}

/**
 * The report of a start as metrics, in the format of node_exporter's textfile collector:
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 *
 * @param before the samples that the file has had: times of successes are those of earlier starts after a failure
 * @param isWhole whether all exports of the manifest are in the report: what else the file had is kept otherwise
 */
export function metricsText(report: RunReport, before: Samples, isWhole: boolean): string {
  const metrics = new Metrics(before)
  const manifest = { manifest: report.manifest ?? '' }
  metrics.add('run_exit_code', manifest, report.exitCode)
  metrics.add('run_complete', manifest, Number(report.complete))
  metrics.add('run_start_timestamp_seconds', manifest, secondsOf(report.startedAt))
  metrics.add('run_end_timestamp_seconds', manifest, secondsOf(report.endedAt))
  if (report.scheduledTime !== null)
    metrics.add('run_scheduled_timestamp_seconds', manifest, secondsOf(report.scheduledTime))
  const ended = secondsOf(report.endedAt)
  metrics.addSuccess('run_last_success_timestamp_seconds', manifest, report.complete ? ended : undefined)
  for (const outcome of OUTCOMES) {
    const count = report.exports.filter((each) => each.outcome === outcome).length
    metrics.add('run_exports', { ...manifest, outcome }, count)
  }
  for (const each of report.exports) addExport(metrics, each, { ...manifest, export: each.name }, ended)
  if (!isWhole) metrics.keepSuccesses()
  return metrics.text()
}

function addExport(metrics: Metrics, each: ExportReport, labels: Labels, ended: number): void {
  const { outcome, error, rowsWritten, bytesOut, tries, durationMs, waitMs, transferMs, gates = [] } = each
  metrics.add('export_exit_code', labels, error?.exitCode ?? 0)
  if (rowsWritten !== undefined) metrics.add('export_rows', labels, rowsWritten)
  if (bytesOut !== undefined) metrics.add('export_bytes', labels, bytesOut)
  metrics.add('export_tries', labels, tries)
  const phases = { wait: waitMs, transfer: transferMs, total: durationMs }
  for (const [phase, ms] of Object.entries(phases))
    if (ms !== undefined) metrics.add('export_seconds', { ...labels, phase }, ms / 1000)
  for (const { gate, outcome: result } of gates) {
    if (result === 'unchecked') continue
    metrics.add('export_expectation_met', { ...labels, expectation: gate }, Number(result !== 'failed'))
  }
  const family = 'export_last_success_timestamp_seconds'
  // An output that was complete already keeps the time when it was written, where that is known.
  if (outcome === 'written') metrics.addSuccess(family, labels, ended)
  else metrics.addSuccess(family, labels, undefined, outcome === 'skipped' ? ended : undefined)
}

class Metrics {
  readonly #before: Samples
  readonly #samples = new Map<Family, Map<string, number>>()

  constructor(before: Samples) {
    this.#before = before
  }

  add(family: Family, labels: Labels, value: number): void {
    this.#put(family, keyOf(family, labels), value)
  }

  /** Adds a time, else the one that there was, else the one to fall back on. */
  addSuccess(family: Family, labels: Labels, now: number | undefined, otherwise?: number): void {
    const key = keyOf(family, labels)
    const value = now ?? this.#before.get(key) ?? otherwise
    if (value !== undefined) this.#put(family, key, value)
  }

  /** Keeps the times of successes of which this start says nothing. */
  keepSuccesses(): void {
    const family = 'export_last_success_timestamp_seconds'
    const known = this.#samples.get(family)
    for (const [key, value] of this.#before)
      if (key.startsWith(`${PREFIX}${family}{`) && !known?.has(key)) this.#put(family, key, value)
  }

  text(): string {
    return [...this.#samples]
      .map(([family, samples]) => {
        const name = `${PREFIX}${family}`
        const lines = [...samples].map(([key, value]) => `${key} ${value}\n`)
        return `# HELP ${name} ${FAMILIES[family]}\n# TYPE ${name} gauge\n${lines.join('')}`
      })
      .join('')
  }

  #put(family: Family, key: string, value: number): void {
    const samples = this.#samples.get(family) ?? new Map<string, number>()
    this.#samples.set(family, samples.set(key, value))
  }
}

function keyOf(family: Family, labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return `${PREFIX}${family}{${pairs.join(',')}}`
}

/** In the value of a label: backslash, quote and line end, which the format has escapes for. */
function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

function secondsOf(time: string): number {
  return Date.parse(time) / 1000
}
