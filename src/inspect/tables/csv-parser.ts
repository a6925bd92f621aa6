import { SluiceError } from '../../errors.js'

/** How the cells of CSV or TSV are told apart. */
export interface CsvDialect {
  readonly delimiter: string
  /** Whether cells are quoted; otherwise `\t`, `\n`, `\r`, `\\` and `\N` stand for what they say. */
  readonly isQuoted: boolean
  /** The cell, not quoted, that is NULL. */
  readonly nullText: string
}

/** A cell: null is NULL. */
export type CsvRow = (string | null)[]

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', '\\': '\\' }

/**
 * Parses CSV (https://www.rfc-editor.org/rfc/rfc4180) or TSV that comes in pieces: quoted cells may have line ends, a line ends with
 * LF, CRLF or CR, and empty lines between rows of several cells are no rows.
 *
 * @throws SluiceError `E_TEXT_DAMAGED` for a quoted cell that goes on behind its quote or has no end; `E_LIMIT_ROW` and
 *   `E_LIMIT_COLUMNS` beyond the limits.
 */
export class CsvParser {
  readonly #dialect: CsvDialect
  readonly #limits: { readonly rowBytes: number; readonly columns: number }
  #rest = ''
  #row: CsvRow = []
  /** Rows that came before. */
  rows = 0

  constructor(dialect: CsvDialect, limits: { readonly rowBytes: number; readonly columns: number }) {
    this.#dialect = dialect
    this.#limits = limits
  }

  /** The rows that end in this piece. `isLast` means that no more text comes. */
  push(piece: string, isLast = false): CsvRow[] {
    const text = this.#rest + piece
    const found: CsvRow[] = []
    let rowStart = 0
    let at = 0
    this.#row = []
    while (at < text.length) {
      const next = this.#cell(text, at, isLast)
      if (next === undefined) break
      at = next
      if (this.#open) continue
      this.#addRow(found)
      rowStart = at
    }
    if (isLast) {
      // A delimiter at the very end has an empty cell behind it.
      if (this.#row.length > 0) {
        if (this.#open) this.#row.push(this.#plain(''))
        this.#addRow(found)
      }
      this.#rest = ''
      return found
    }
    this.#rest = text.slice(rowStart)
    this.#open = false
    if (this.#rest.length > this.#limits.rowBytes)
      throw new SluiceError(
        'E_LIMIT_ROW',
        `row ${this.rows + 1} is longer than ${this.#limits.rowBytes} bytes`,
      )
    return found
  }

  /** Whether another cell of the row follows. */
  #open = false

  #addRow(found: CsvRow[]): void {
    this.#open = false
    const row = this.#row
    this.#row = []
    this.rows++
    if (row.length > this.#limits.columns) {
      const message = `row ${this.rows} has more than ${this.#limits.columns} columns`
      throw new SluiceError('E_LIMIT_COLUMNS', message)
    }
    found.push(row)
  }

  /** Reads one cell and what ends it; returns where the next one begins, or undefined where the cell may go on. */
  #cell(text: string, start: number, isLast: boolean): number | undefined {
    const { delimiter, isQuoted } = this.#dialect
    if (isQuoted && text[start] === '"') return this.#quoted(text, start, isLast)
    for (let at = start; at < text.length; at++) {
      const char = text[at]
      if (char === delimiter || char === '\n' || char === '\r') {
        if (char === '\r' && at + 1 === text.length && !isLast) return undefined
        this.#row.push(this.#plain(text.slice(start, at)))
        return this.#behind(text, at)
      }
    }
    if (!isLast) return undefined
    this.#row.push(this.#plain(text.slice(start)))
    this.#open = false
    return text.length
  }

  #quoted(text: string, start: number, isLast: boolean): number | undefined {
    let from = start + 1
    let value = ''
    for (;;) {
      const quote = text.indexOf('"', from)
      if (quote < 0 || (quote + 1 === text.length && !isLast)) {
        if (!isLast) return undefined
        throw this.#damaged('a quoted cell has no end')
      }
      value += text.slice(from, quote)
      if (text[quote + 1] === '"') {
        value += '"'
        from = quote + 2
        continue
      }
      const end = quote + 1
      this.#row.push(value)
      if (end === text.length) {
        this.#open = false
        return end
      }
      const char = text[end]
      if (char === '\r' && end + 1 === text.length && !isLast) {
        this.#row.pop()
        return undefined
      }
      if (char !== this.#dialect.delimiter && char !== '\n' && char !== '\r')
        throw this.#damaged('something follows the quote that ends a cell')
      return this.#behind(text, end)
    }
  }

  /** Where the next cell or row begins, behind a delimiter or a line end. */
  #behind(text: string, at: number): number {
    this.#open = text[at] === this.#dialect.delimiter
    return text[at] === '\r' && text[at + 1] === '\n' ? at + 2 : at + 1
  }

  #plain(cell: string): string | null {
    const { isQuoted, nullText } = this.#dialect
    if (cell === nullText) return null
    if (isQuoted || !cell.includes('\\')) return cell
    return cell.replace(/\\([tnr\\])/g, (_, letter: string) => ESCAPES[letter]!)
  }

  #damaged(what: string): SluiceError {
    return new SluiceError('E_TEXT_DAMAGED', `row ${this.rows + 1}, cell ${this.#row.length + 1}: ${what}`, {
      hint: 'rows count from the first line, the names of columns included',
    })
  }
}
