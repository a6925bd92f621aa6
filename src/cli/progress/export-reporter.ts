import { reworded, type SluiceError } from '../../errors.js'
import type { JobEvent, ProgressEvent } from '../../model/progress.js'
import type { Session } from '../session.js'
import { escapeControls } from '../terminal/escape.js'
import { duration } from '../terminal/units.js'
import type { Reporter } from './reporter.js'

/** Reports on one of several exports that run at the same time. */
export type ExportReporter = Pick<Reporter, 'progress' | 'info' | 'failure'>

/** Lines that begin with the export's name, or with JSON logs the field `export` on each of its lines. */
export async function exportReporters(session: Session): Promise<(name: string) => ExportReporter> {
  const { context, general, reporter } = session
  if (general.logFormat !== 'json') return (name) => new LabelledReporter(name, reporter)
  const { JsonReporter } = await import('./json-reporter.js')
  return (name) => new JsonReporter(context.stderr, general, { export: name })
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
