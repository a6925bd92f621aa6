import type { JobEvent, TransferEvent } from '../../model/progress.js'
import type { Context } from '../context.js'
import { isUtf8 } from '../terminal/locale.js'
import { progressLine } from './line.js'
import { LiveExports } from './live-exports.js'
import { LiveLine } from './live-line.js'
import { RunState } from './run-state.js'

/** Shows the state of a run in the live line, or that of many exports in a line each. */
export class LiveProgress {
  readonly #context: Context
  readonly #line: LiveLine
  readonly #state: RunState
  #exports: LiveExports | undefined

  constructor(context: Context) {
    const { stderr, columns, signal, now } = context
    this.#context = context
    this.#state = new RunState(now)
    this.#line = new LiveLine(stderr, columns, (width) => this.#text(width), signal)
  }

  /** Work begins that may take a while before its first event. */
  start(): void {
    this.#state.begin()
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
    if (this.#state.job(event)) this.#line.start()
  }

  transfer(event: TransferEvent): void {
    this.#state.transfer(event)
    this.#line.start()
  }

  /** From now on there is a line for each of these exports. */
  exports(labels: readonly string[]): LiveExports {
    this.#exports = new LiveExports(labels)
    this.#line.start()
    return this.#exports
  }

  #text(columns: number): string {
    const unicode = isUtf8(this.#context.env)
    // The cursor's line, and one that was there before.
    const lines = Math.max(1, this.#context.rows() - 2)
    return this.#exports?.text(columns, lines, unicode) ?? progressLine(this.#state.line, columns, unicode)
  }
}
