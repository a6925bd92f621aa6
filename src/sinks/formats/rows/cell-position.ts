import type { Buffer } from 'node:buffer'

const QUOTE = 0x22
const NEWLINE = 0x0a

/** Follows the text of CSV or TSV, in pieces of any length, and tells in which row and column its end is. */
export class CellPosition {
  readonly #delimiter: Buffer
  readonly #hasQuotes: boolean
  #isQuoted = false
  /** Whole rows so far. */
  rows = 0
  /** Whole cells of the present row so far. */
  cells = 0

  /** @param hasQuotes whether a cell in quotes may hold delimiters and line ends */
  constructor(delimiter: Buffer, hasQuotes: boolean) {
    this.#delimiter = delimiter
    this.#hasQuotes = hasQuotes
  }

  read(text: Buffer): void {
    const { length } = this.#delimiter
    const [first] = this.#delimiter
    for (let at = 0; at < text.length; at++) {
      const byte = text[at]
      if (this.#hasQuotes && byte === QUOTE) this.#isQuoted = !this.#isQuoted
      if (this.#isQuoted) continue
      if (byte === NEWLINE) {
        this.rows++
        this.cells = 0
      } else if (byte === first && this.#delimiter.compare(text, at, at + length) === 0) {
        this.cells++
        at += length - 1
      }
    }
  }

  /** Another one at the same place. */
  copy(): CellPosition {
    const copy = new CellPosition(this.#delimiter, this.#hasQuotes)
    copy.#isQuoted = this.#isQuoted
    copy.rows = this.rows
    copy.cells = this.cells
    return copy
  }
}
