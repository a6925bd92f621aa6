import type { JobEvent, TransferEvent } from '../../model/progress.js'
import type { Context } from '../context.js'
import { isUtf8 } from '../terminal/locale.js'
import { progressLine } from './line.js'
import { LiveLine } from './live-line.js'

/** Shows the state of a run in the live line. */
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

interface Sample {
  readonly at: number
  readonly amount: number
}

/** How far back the speed looks: long enough to be calm, short enough to follow a change. */
const WINDOW_MS = 5000

/** The speed of something that only grows, over the last seconds. */
export class Rate {
  readonly #samples: Sample[] = []

  /** Takes a new total, at a time in milliseconds. */
  add(at: number, amount: number): void {
    this.#samples.push({ at, amount })
    while (this.#samples.length > 2 && this.#samples[1]!.at <= at - WINDOW_MS) this.#samples.shift()
  }

  /** Per second; undefined while there is too little to tell. */
  get perSecond(): number | undefined {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (!first || !last || last.at - first.at < 200) return undefined
    return ((last.amount - first.amount) * 1000) / (last.at - first.at)
  }
}
