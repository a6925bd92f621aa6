import { reworded, type SluiceError } from '../../errors.js'
import type { RunPlan } from '../../manifest/plan.js'
import type { PlannedExport } from '../../manifest/planned-export.js'
import { isoTime } from '../../manifest/time-text.js'
import type { JobEvent, ProgressEvent } from '../../model/progress.js'
import type { Session } from '../session.js'
import { escapeControls } from '../terminal/escape.js'
import { bytes, duration, plural } from '../terminal/units.js'
import { progressText } from './line.js'
import type { LiveExport } from './live-exports.js'
import type { Reporter } from './reporter.js'
import { RunState } from './run-state.js'

/** Reports on one of several exports that run at the same time. */
export type ExportReporter = Pick<Reporter, 'progress' | 'info' | 'failure'>

/**
 * Lines that begin with the export's name, or with JSON logs the field `export` on each of its lines; its scheduled time as
 * well, where the run is for several. On a terminal each export has a live line.
 */
export async function exportReporters(
  session: Session,
  { zone, scheduledTimes, exports }: RunPlan,
): Promise<(planned: PlannedExport) => ExportReporter> {
  const { context, general, reporter } = session
  const several = scheduledTimes.length > 1
  const timeOf = ({ job }: PlannedExport) => isoTime(job.scheduledTime, zone)
  if (general.logFormat === 'json') {
    const { JsonReporter } = await import('./json-reporter.js')
    return (planned) => {
      const time = several ? { scheduledTime: timeOf(planned) } : {}
      return new JsonReporter(context.stderr, general, { export: planned.name, ...time })
    }
  }
  const labelOf = (planned: PlannedExport) => (several ? `${planned.name} ${timeOf(planned)}` : planned.name)
  const live = reporter.liveExports(exports.map(labelOf))
  const indexes = new Map(exports.map((planned, i) => [planned, i]))
  return (planned) =>
    new LabelledReporter(labelOf(planned), reporter, context.now, live?.line(indexes.get(planned)!))
}

/** How long nothing may be said of an export that is at work. */
const HEARTBEAT_MS = 60_000

class LabelledReporter implements ExportReporter {
  readonly #name: string
  readonly #reporter: Reporter
  readonly #now: () => number
  readonly #line: LiveExport | undefined
  readonly #state: RunState
  readonly #begin: number
  #saidAt: number
  #job: JobEvent | undefined

  constructor(name: string, reporter: Reporter, now: () => number, line: LiveExport | undefined) {
    this.#name = name
    this.#reporter = reporter
    this.#now = now
    this.#line = line
    this.#state = new RunState(now)
    this.#begin = this.#saidAt = now()
    line?.begin(this.#state)
  }

  progress(event: ProgressEvent): void {
    if (event.type === 'notice') {
      this.#reporter.progress({ ...event, message: `${this.#name}: ${event.message}` })
    } else if (event.type === 'job') {
      this.#state.job(event)
      // The live line shows the states on the way.
      if (this.#line === undefined) this.#jobEvent(event)
    } else this.#state.transfer(event)
    if (event.type !== 'notice') this.#heartbeat()
  }

  info(message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    const { event } = fields
    if (event === 'attached' && this.#line !== undefined) return
    const figures = event === 'complete' ? this.#figures(fields) : ''
    if (event === 'complete') this.#line?.end('complete', `${plural(Number(fields.rows), 'row')}, ${figures}`)
    if (event === 'skipped') this.#line?.end('complete', message)
    this.#say(`${escapeControls(message)}${figures && ` (${figures})`}`, fields)
  }

  failure(error: SluiceError): void {
    this.#line?.end('failed', error.code)
    this.#reporter.failure(reworded(error, { message: `${this.#name}: ${error.message}` }))
  }

  #say(text: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#saidAt = this.#now()
    this.#reporter.info(`${this.#name}: ${text}`, fields)
  }

  /** `1.63 kB, 4.1 s`; a table takes values, not bytes. */
  #figures({ bytesOut }: Readonly<Record<string, unknown>>): string {
    const size = typeof bytesOut === 'number' && bytesOut > 0 ? [bytes(bytesOut)] : []
    return [...size, duration(this.#now() - this.#begin)].join(', ')
  }

  /** A log that stands still looks like a run that hangs. */
  #heartbeat(): void {
    if (this.#line !== undefined || this.#now() - this.#saidAt < HEARTBEAT_MS) return
    this.#say(progressText(this.#state.line))
  }

  #jobEvent(event: JobEvent): void {
    const { jobId, issued, elapsedMs } = event
    const before = this.#job?.jobId === jobId ? this.#job : undefined
    this.#job = event
    const status = escapeControls(event.status)
    if (before === undefined) this.#say(`job ${jobId}: ${issued ? 'issued' : status}`)
    else if (before.status !== event.status) this.#say(`job ${jobId}: ${status} after ${duration(elapsedMs)}`)
  }
}
