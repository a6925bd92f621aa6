import { SluiceError } from '../../errors.js'
import { parseJson } from '../../rows/json.js'
import type { Value } from '../../rows/reader.js'
import { canonicalNumber, canonicalOf } from './number-text.js'

/** Whether there may be a number with more digits than a double holds. */
const LONG_NUMBER = /\d[\d.]{15}|\d[eE][+-]?\d{2}/
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[-+.\deE]*/g
const FRACTION = /[.eE]/
/** Characters that begin or end an array or object, or begin a text. */
const MARKS = /["{}[\]]/g

/**
 * Rows out of JSON text that comes in pieces: values one behind the other, as in NDJSON, or one array of them. A row is an object, or
 * an array of cells. Integers of any size are exact, and so are other numbers: those that no double holds stay texts.
 *
 * @throws SluiceError `E_TEXT_DAMAGED` for what is no JSON, or no row; `E_LIMIT_ROW` and `E_LIMIT_DEPTH` beyond the limits.
 */
export class JsonRows {
  readonly #limits: { readonly rowBytes: number; readonly depth: number }
  /** Text that was not used up: from the beginning of a row, where one has begun. */
  #rest = ''
  /** Where in it to go on. */
  #at = 0
  #depth = 0
  #isInArray: boolean | undefined
  #hasEnded = false
  /** Whether a row came before in this array, and no comma after it. */
  #mayHaveComma = false
  /** Rows that came before. */
  rows = 0

  constructor(limits: { readonly rowBytes: number; readonly depth: number }) {
    this.#limits = limits
  }

  /** The rows that end in this piece. `isLast` means that no more text comes. */
  push(piece: string, isLast = false): Value[] {
    const text = this.#rest + piece
    const found: Value[] = []
    let start = 0
    let at = this.#at
    for (;;) {
      if (this.#depth === 0) {
        const next = this.#between(text, at, isLast)
        start = next.at
        at = next.at
        if (!next.isRow) break
      }
      const end = this.#inside(text, at)
      at = end ?? text.length
      if (end === undefined) break
      found.push(this.#row(text.slice(start, end)))
      start = end
    }
    this.#rest = text.slice(start)
    if (this.#rest.length > this.#limits.rowBytes)
      throw new SluiceError(
        'E_LIMIT_ROW',
        `row ${this.rows + 1} is longer than ${this.#limits.rowBytes} bytes`,
      )
    this.#at = this.#depth === 0 ? 0 : Math.max(0, this.#goOn - start)
    if (isLast && (this.#depth > 0 || (this.#isInArray && !this.#hasEnded)))
      throw this.#damaged('the text ends inside of it')
    return found
  }

  /** Where to go on looking when more text is there. */
  #goOn = 0

  /** Steps over what stands between rows. */
  #between(text: string, from: number, isLast: boolean): { at: number; isRow: boolean } {
    for (let at = from; at < text.length; at++) {
      const char = text[at]!
      if (/\s/.test(char)) continue
      if (this.#isInArray && char === ',' && this.#mayHaveComma) {
        this.#mayHaveComma = false
        continue
      }
      if (this.#hasEnded) throw this.#damaged('something follows the end of the array')
      if (this.#isInArray && char === ']' && (this.#mayHaveComma || this.rows === 0)) {
        this.#hasEnded = true
        continue
      }
      if (char !== '{' && char !== '[') throw this.#damaged('it is no object and no array')
      if (this.#isInArray && this.#mayHaveComma) throw this.#damaged('there is no comma before it')
      if (char === '[' && this.#isInArray === undefined) {
        const [next] = /\S/.exec(text.slice(at + 1)) ?? []
        if (next === undefined && !isLast) return { at, isRow: false }
        this.#isInArray = next === '{' || next === '[' || next === ']'
        if (this.#isInArray) continue
      }
      this.#isInArray ??= false
      return { at, isRow: true }
    }
    return { at: text.length, isRow: false }
  }

  /** Where the row ends that goes on at `from`, or undefined where that is not in this text. */
  #inside(text: string, from: number): number | undefined {
    MARKS.lastIndex = from
    this.#goOn = text.length
    for (let mark = MARKS.exec(text); mark !== null; mark = MARKS.exec(text)) {
      const [char] = mark
      if (char === '"') {
        const end = endOfText(text, mark.index)
        if (end === undefined) {
          this.#goOn = mark.index
          return undefined
        }
        MARKS.lastIndex = end
      } else if (char === '{' || char === '[') {
        // The row itself is the first level.
        if (++this.#depth > this.#limits.depth + 1)
          throw new SluiceError(
            'E_LIMIT_DEPTH',
            `row ${this.rows + 1} is nested deeper than ${this.#limits.depth}`,
          )
      } else if (--this.#depth === 0) return mark.index + 1
    }
    return undefined
  }

  #row(text: string): Value {
    this.rows++
    this.#mayHaveComma = true
    const row = parseJson(exactDecimals(text), 'bigint')
    if (row === undefined) {
      this.rows--
      throw this.#damaged('it is not valid JSON')
    }
    return row
  }

  #damaged(what: string): SluiceError {
    return new SluiceError('E_TEXT_DAMAGED', `row ${this.rows + 1}: ${what}`)
  }
}

/** Behind the quote that ends the text at `from`. */
function endOfText(text: string, from: number): number | undefined {
  for (let quote = text.indexOf('"', from + 1); quote > 0; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0
    while (text[quote - 1 - slashes] === '\\') slashes++
    if (slashes % 2 === 0) return quote + 1
  }
  return undefined
}

/** Makes texts of numbers that a double would change, as `parseJson` keeps only integers. */
function exactDecimals(text: string): string {
  if (!LONG_NUMBER.test(text)) return text
  return text.replace(TOKENS, (token) => {
    if (token.startsWith('"') || !FRACTION.test(token)) return token
    const exact = canonicalNumber(token)
    return exact === undefined || exact === canonicalOf(Number(token)) ? token : `"${token}"`
  })
}
