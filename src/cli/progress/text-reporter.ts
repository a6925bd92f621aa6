import { isFinished } from '../../client/job-record.js'
import { printableLines } from '../../client/printable.js'
import type { SluiceError } from '../../errors.js'
import type { JobEvent, NoticeEvent, ProgressEvent } from '../../model/progress.js'
import type { Context } from '../context.js'
import { failureLines } from '../failure.js'
import { escapeControls } from '../terminal/escape.js'
import { type Style, styleFor } from '../terminal/style.js'
import { duration } from '../terminal/units.js'
import type { LiveExports } from './live-exports.js'
import type { LiveProgress } from './live-progress.js'
import { COMMAND, CONFIRMATIONS, type GeneralOptions, type Reporter } from './reporter.js'

/**
 * Lines for people. On a terminal a live line shows what goes on; elsewhere, as under cron, there is one line when a
 * job starts and one for each change of its state.
 */
export class TextReporter implements Reporter {
  readonly #context: Context
  readonly #quiet: boolean
  readonly #verbose: boolean
  readonly #style: Style
  readonly #live: LiveProgress | undefined
  #job: JobEvent | undefined
  #timeText: (() => string) | undefined

  constructor(context: Context, options: GeneralOptions, live?: LiveProgress) {
    this.#context = context
    this.#quiet = options.quiet ?? false
    this.#verbose = options.verbose ?? false
    this.#style = styleFor(context.stderrIsTerminal, context.env, options.color)
    this.#live = live
  }

  get live(): boolean {
    return this.#live !== undefined
  }

  start(): void {
    this.#live?.start()
  }

  progress(event: ProgressEvent): void {
    if (event.type === 'job') this.#jobEvent(event)
    else if (event.type === 'transfer') this.#live?.transfer(event)
    else this.#notice(event)
  }

  info(message: string, { event }: Readonly<Record<string, unknown>> = {}): void {
    if (this.#quiet) return
    const shown = printableLines(message)
    this.#print(event === COMMAND ? this.#style.bold(shown) : shown)
  }

  detail(message: string): void {
    if (this.#verbose) this.#print(this.#style.dim(printableLines(message)))
  }

  liveExports(labels: readonly string[]): LiveExports | undefined {
    return this.#live?.exports(labels)
  }

  failure(error: SluiceError): void {
    const lines = failureLines(error, this.#style, this.#verbose)
    if (lines.length > 0) this.#print(lines.join('\n'))
  }

  dateLines(timeText: () => string): void {
    if (!this.#context.stderrIsTerminal) this.#timeText = timeText
  }

  stop(): void {
    this.#live?.stop()
  }

  /** Where there is a live line it shows the states on the way; the last one is worth a line of its own. */
  #jobEvent(event: JobEvent): void {
    const before = this.#job
    this.#job = event
    this.#live?.job(event)
    const { jobId, issued, elapsedMs } = event
    const status = escapeControls(event.status)
    if (before?.jobId !== jobId) this.info(`job ${jobId}: ${issued ? 'issued' : status}`)
    if (before?.status === event.status) return
    const known = before?.jobId === jobId
    if (known && (this.#live === undefined || isFinished(event.status))) {
      this.info(`job ${jobId}: ${status} after ${duration(elapsedMs)}`)
    }
  }

  #notice({ code, message }: NoticeEvent): void {
    const mark = code in CONFIRMATIONS ? '' : `${this.#style.yellow('note:')} `
    if (!this.#quiet) this.#print(`${mark}${escapeControls(message)}`)
  }

  #print(text: string): void {
    if (this.#live) this.#live.print(text)
    else this.#context.stderr.write(`${this.#dated(text)}\n`)
  }

  /** What is indented, such as a hint, belongs to the line above. */
  #dated(text: string): string {
    const time = this.#timeText?.()
    return time === undefined ? text : text.replace(/^(?=\S)/gm, `${time} `)
  }
}
