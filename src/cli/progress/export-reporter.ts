import { reworded, type SluiceError } from '../../errors.js'
import type { RunPlan } from '../../manifest/plan.js'
import type { PlannedExport } from '../../manifest/planned-export.js'
import { isoTime } from '../../manifest/time-text.js'
import type { JobEvent, ProgressEvent } from '../../model/progress.js'
import type { Session } from '../session.js'
import { escapeControls } from '../terminal/escape.js'
import { duration } from '../terminal/units.js'
import type { Reporter } from './reporter.js'

/** Reports on one of several exports that run at the same time. */
export type ExportReporter = Pick<Reporter, 'progress' | 'info' | 'failure'>

/**
 * Lines that begin with the export's name, or with JSON logs the field `export` on each of its lines; its scheduled time as
 * well, where the run is for several.
 */
export async function exportReporters(
  session: Session,
  { zone, scheduledTimes }: RunPlan,
): Promise<(planned: PlannedExport) => ExportReporter> {
  const { context, general, reporter } = session
  const several = scheduledTimes.length > 1
  const timeOf = ({ job }: PlannedExport) => isoTime(job.scheduledTime, zone)
  if (general.logFormat !== 'json')
    return (planned) =>
      new LabelledReporter(several ? `${planned.name} ${timeOf(planned)}` : planned.name, reporter)
  const { JsonReporter } = await import('./json-reporter.js')
  return (planned) => {
    const time = several ? { scheduledTime: timeOf(planned) } : {}
    return new JsonReporter(context.stderr, general, { export: planned.name, ...time })
  }
}

class LabelledReporter implements ExportReporter {
  readonly #name: string
  readonly #reporter: Reporter
  #job: JobEvent | undefined

  constructor(name: string, reporter: Reporter) {
    this.#name = name
    this.#reporter = reporter
  }

  progress(event: ProgressEvent): void {
    if (event.type === 'notice') {
      this.#reporter.progress({ ...event, message: `${this.#name}: ${event.message}` })
    } else if (event.type === 'job') this.#jobEvent(event)
  }

  info(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#reporter.info(`${this.#name}: ${escapeControls(message)}`, fields)
  }

  failure(error: SluiceError): void {
    this.#reporter.failure(reworded(error, { message: `${this.#name}: ${error.message}` }))
  }

  #jobEvent(event: JobEvent): void {
    const { jobId, issued, elapsedMs } = event
    const before = this.#job?.jobId === jobId ? this.#job : undefined
    this.#job = event
    const status = escapeControls(event.status)
    if (before === undefined) this.info(`job ${jobId}: ${issued ? 'issued' : status}`)
    else if (before.status !== event.status) this.info(`job ${jobId}: ${status} after ${duration(elapsedMs)}`)
  }
}
