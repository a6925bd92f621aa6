import type { JobEvent, TransferEvent } from '../../model/progress.js'
import type { Context } from '../context.js'
import { isUtf8 } from '../terminal/locale.js'
import { progressLine } from './line.js'
import { LiveLine } from './live-line.js'
import { Rate } from './rate.js'

/** What a run is doing, as a line that moves. */
export class LiveProgress {
  readonly #context: Context
  readonly #line: LiveLine
  readonly #rate = new Rate()
  #job: JobEvent | undefined
  #transfer: TransferEvent | undefined
  /** When the state that the line shows began. */
  #since: number

  constructor(context: Context) {
    const { stderr, columns, signal } = context
    this.#context = context
    this.#since = context.now()
    this.#line = new LiveLine(stderr, columns, (width) => this.#text(width), signal)
  }

  /** Work begins that may take a while before its first event. */
  start(): void {
    this.#since = this.#context.now()
    this.#line.start()
  }

  /** The line is gone until the next event. */
  stop(): void {
    this.#line.stop()
  }

  /** Prints whole lines above the line. */
  print(text: string): void {
    this.#line.print(text)
  }

  job(event: JobEvent): void {
    const before = this.#job?.status
    this.#job = event
    if (before !== event.status) this.start()
  }

  transfer(event: TransferEvent): void {
    const now = this.#context.now()
    if (this.#transfer === undefined) this.#since = now - event.elapsedMs
    this.#transfer = event
    this.#rate.add(now, event.bytesIn)
    this.#line.start()
  }

  #text(columns: number): string {
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
}
