import type { Writable } from 'node:stream'
import { width } from '../terminal/width.js'

/** At most ten repaints a second. */
const REPAINT_MS = 100

/**
 * One line at the bottom of a terminal that is painted over in place, and that steps aside while anything else is
 * printed. Its clock keeps it moving between events.
 */
export class LiveLine {
  readonly #stream: Writable
  readonly #columns: () => number
  readonly #render: (columns: number) => string
  #timer: NodeJS.Timeout | undefined
  #painted = ''

  /** `render` gives the text for a width in cells; it must not be wider. */
  constructor(stream: Writable, columns: () => number, render: (columns: number) => string) {
    this.#stream = stream
    this.#columns = columns
    this.#render = render
  }

  /** Begins to paint, a moment later: what is over by then needs no line. */
  start(): void {
    this.#timer ??= setInterval(() => this.#paint(), REPAINT_MS).unref()
  }

  /** Erases the line and stops repainting. */
  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#erase()
  }

  /** Prints whole lines above it. */
  print(text: string): void {
    const shown = this.#painted !== ''
    this.#erase()
    this.#stream.write(`${text}\n`)
    if (shown) this.#paint()
  }

  #paint(): void {
    // The last cell stays free: some terminals wrap as soon as it is written.
    const text = this.#render(Math.max(1, this.#columns() - 1))
    if (text === this.#painted) return
    this.#erase()
    this.#stream.write(text)
    this.#painted = text
  }

  #erase(): void {
    if (this.#painted === '') return
    // A terminal made narrower since has broken the line into several.
    const lines = Math.max(1, Math.ceil(width(this.#painted) / Math.max(1, this.#columns())))
    this.#stream.write(`\r${lines > 1 ? `\x1b[${lines - 1}A` : ''}\x1b[J`)
    this.#painted = ''
  }
}
