import { isFinished } from '../../client/job-state.js'
import type { SluiceError } from '../../errors.js'
import type { JobEvent, NoticeEvent, ProgressEvent, TransferEvent } from '../../model/progress.js'
import type { Context } from '../context.js'
import { failureLines } from '../failure.js'
import { escapeControls } from '../terminal/escape.js'
import { isUtf8 } from '../terminal/locale.js'
import { type Style, styleFor } from '../terminal/style.js'
import { duration } from '../terminal/units.js'
import { progressLine } from './line.js'
import { LiveLine } from './live-line.js'
import { Rate } from './rate.js'
import type { GeneralOptions, Reporter } from './reporter.js'

/**
 * Lines for people. On a terminal a live line shows what goes on; elsewhere, as under cron, there is one line when a
 * job starts and one for each change of its state.
 */
export class TextReporter implements Reporter {
  readonly #context: Context
  readonly #quiet: boolean
  readonly #verbose: boolean
  readonly #style: Style
  readonly #live: LiveLine | undefined
  readonly #rate = new Rate()
  #job: JobEvent | undefined
  #transfer: TransferEvent | undefined
  /** When the state that the live line shows began. */
  #since: number

  constructor(context: Context, options: GeneralOptions) {
    this.#context = context
    this.#quiet = options.quiet ?? false
    this.#verbose = options.verbose ?? false
    this.#style = styleFor(context.stderrIsTerminal, context.env, options.color)
    this.#since = context.now()
    if (context.stderrIsTerminal && context.env.TERM !== 'dumb' && !this.#quiet) {
      const { stderr, columns, signal } = context
      this.#live = new LiveLine(stderr, columns, (width) => this.#line(width), signal)
    }
  }

  get live(): boolean {
    return this.#live !== undefined
  }

  start(): void {
    this.#since = this.#context.now()
    this.#live?.start()
  }

  progress(event: ProgressEvent): void {
    if (event.type === 'job') this.#jobEvent(event)
    else if (event.type === 'transfer') this.#transferEvent(event)
    else this.#notice(event)
  }

  info(message: string): void {
    if (!this.#quiet) this.#print(message)
  }

  detail(message: string): void {
    if (this.#verbose) this.#print(this.#style.dim(message))
  }

  failure(error: SluiceError): void {
    this.stop()
    for (const line of failureLines(error, this.#style, this.#verbose)) this.#print(line)
  }

  stop(): void {
    this.#live?.stop()
  }

  /** Where there is a live line it shows the states on the way; the last one is worth a line of its own. */
  #jobEvent(event: JobEvent): void {
    const before = this.#job
    this.#job = event
    const { jobId, issued, elapsedMs } = event
    const status = escapeControls(event.status)
    if (before?.jobId !== jobId) this.info(`job ${jobId}: ${issued ? 'issued' : status}`)
    if (before?.status === event.status) return
    this.#since = this.#context.now()
    const known = before?.jobId === jobId
    if (known && (this.#live === undefined || isFinished(event.status))) {
      this.info(`job ${jobId}: ${status} after ${duration(elapsedMs)}`)
    }
    this.#live?.start()
  }

  #transferEvent(event: TransferEvent): void {
    const now = this.#context.now()
    if (this.#transfer === undefined) this.#since = now - event.elapsedMs
    this.#transfer = event
    this.#rate.add(now, event.bytesIn)
    this.#live?.start()
  }

  #notice(event: NoticeEvent): void {
    this.info(`${this.#style.yellow('note:')} ${escapeControls(event.message)}`)
  }

  #line(columns: number): string {
    return progressLine(
      {
        ...(this.#job === undefined ? {} : { job: this.#job }),
        ...(this.#transfer === undefined ? {} : { transfer: this.#transfer }),
        elapsedMs: this.#context.now() - this.#since,
        bytesPerSecond: this.#rate.perSecond,
      },
      columns,
      isUtf8(this.#context.env),
    )
  }

  #print(text: string): void {
    if (this.#live) this.#live.print(text)
    else this.#context.stderr.write(`${text}\n`)
  }
}
