import type { Writable } from 'node:stream'
import { wrappedLines } from '../terminal/width.js'

/** At most ten repaints a second. */
const REPAINT_MS = 100

/**
 * One line or several at the bottom of a terminal that are painted over in place, and that step aside while anything else is
 * printed. A clock keeps them moving between events.
 */
export class LiveLine {
  readonly #stream: Writable
  readonly #columns: () => number
  readonly #render: (columns: number) => string
  readonly #signal: AbortSignal
  readonly #stop = () => this.stop()
  #timer: NodeJS.Timeout | undefined
  #painted = ''

  /**
   * `render` gives the text for a width in cells, of which no line may be wider, with fewer lines than the terminal. Once
   * `signal` is aborted there is no line any more: from then on a second signal may end the process at any moment, and the prompt is not to stand behind it.
   */
  constructor(
    stream: Writable,
    columns: () => number,
    render: (columns: number) => string,
    signal: AbortSignal,
  ) {
    this.#stream = stream
    this.#columns = columns
    this.#render = render
    this.#signal = signal
  }

  /** Begins to paint a moment later, so that short work shows no line. */
  start(): void {
    if (this.#signal.aborted || this.#timer !== undefined) return
    // On the next turn of the loop, where a resize that came while the process stood still is known.
    const tick = () => this.#timer !== undefined && this.#paint()
    this.#timer = setInterval(() => setImmediate(tick), REPAINT_MS).unref()
    this.#signal.addEventListener('abort', this.#stop, { once: true })
  }

  /** Erases the line and stops repainting. */
  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#signal.removeEventListener('abort', this.#stop)
    this.#erase()
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

  /** The control sequence that erases the painted line. */
  #erased(): string {
    if (this.#painted === '') return ''
    // A terminal made narrower since has broken the line into several.
    const columns = this.#columns()
    const up = this.#painted.split('\n').reduce((sum, line) => sum + wrappedLines(line, columns), -1)
    this.#painted = ''
    // Line by line: what stands below is not ours, and some terminals keep what is erased with the whole screen.
    return `\r\x1b[K${'\x1b[A\x1b[K'.repeat(up)}`
  }
}
