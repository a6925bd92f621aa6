import type { Writable } from 'node:stream'
import { wrappedLines } from '../terminal/width.js'

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
  #closed = false

  /** `render` gives the text for a width in cells; it must not be wider. */
  constructor(stream: Writable, columns: () => number, render: (columns: number) => string) {
    this.#stream = stream
    this.#columns = columns
    this.#render = render
  }

  /** Begins to paint, a moment later: what is over by then needs no line. */
  start(): void {
    if (this.#closed) return
    this.#timer ??= setInterval(() => this.#paint(), REPAINT_MS).unref()
  }

  /** Erases the line and stops repainting. */
  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#erase()
  }

  /** Stops for good: what starts it again later has no effect. */
  close(): void {
    this.stop()
    this.#closed = true
  }

  /** Prints whole lines above it. */
  print(text: string): void {
    const shown = this.#painted !== ''
    this.#stream.write(`${this.#erased()}${text}\n`)
    if (shown) this.#paint()
  }

  #paint(): void {
    // The last cell stays free: some terminals wrap as soon as it is written.
    const text = this.#render(Math.max(1, this.#columns() - 1))
    if (text === this.#painted) return
    // One write, so that no terminal shows the moment between the old text and the new.
    this.#stream.write(this.#erased() + text)
    this.#painted = text
  }

  #erase(): void {
    const sequence = this.#erased()
    if (sequence !== '') this.#stream.write(sequence)
  }

  /** What takes the painted line away. */
  #erased(): string {
    if (this.#painted === '') return ''
    // A terminal made narrower since has broken the line into several.
    const up = wrappedLines(this.#painted, this.#columns()) - 1
    this.#painted = ''
    // Line by line: what stands below is not ours, and some terminals keep what is erased with the whole screen.
    return `\r\x1b[K${'\x1b[A\x1b[K'.repeat(up)}`
  }
}
