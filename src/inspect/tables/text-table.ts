import { asSluiceError } from '../../abort.js'
import { SluiceError } from '../../errors.js'
import type { Limits } from '../../model/limits.js'
import { LosslessDecoder } from '../../rows/lossless-text.js'
import type { Value } from '../../rows/reader.js'
import type { ByteStream } from './byte-stream.js'
import { type CsvDialect, CsvParser } from './csv-parser.js'
import { GuessedColumn } from './guess.js'
import { JsonRows } from './json-rows.js'
import type { OpenTable } from './table.js'

/** Facts about a text file that its bytes do not tell. */
export interface TextOptions {
  /**
   * One character.
   *
   * @default that of the format; for CSV one of `,`, `;`, tab and `|` by its first line
   */
  readonly delimiter?: string | undefined
  /**
   * Whether the first row has the names of the columns.
   *
   * @default true
   */
  readonly header?: boolean | undefined
  /**
   * Text of NULL in CSV and TSV.
   *
   * @default an empty cell in CSV, `\N` in TSV
   */
  readonly nullText?: string | undefined
}

type TextFormat = 'csv' | 'tsv' | 'ndjson' | 'json'

/** Rows that types are guessed from, unless their text is longer. */
export const SAMPLE_ROWS = 1000
const SAMPLE_CHARACTERS = 1024 * 1024

/** Longer pieces have more rows at once in memory. */
const PIECE_BYTES = 256 * 1024

/** Rows of any text format out of text that comes in pieces, each as wide as it is. */
interface RowParser {
  push(text: string, isLast: boolean): (readonly Value[])[]
}

/**
 * A table of CSV, TSV, NDJSON or an array of JSON. Holds a piece of text, one row that is not whole yet, and the rows of the sample.
 *
 * @throws SluiceError `E_TEXT_DAMAGED` for damage, `E_SCHEMA` for a row of another number of cells, `E_LIMIT_…` beyond the limits.
 */
export async function openTextTable(
  bytes: ByteStream,
  format: TextFormat,
  options: TextOptions,
  limits: Limits,
): Promise<OpenTable> {
  const pieces = textOf(bytes)
  const isJson = format === 'ndjson' || format === 'json'
  const names: string[] = []
  const parser = isJson
    ? new NamedRows(names, limits)
    : new CsvRows(names, await dialectOf(bytes, format, options), options.header ?? true, limits)
  const sample: (readonly Value[])[] = []
  let characters = 0
  let isAtEnd = false
  while (!isAtEnd && sample.length < SAMPLE_ROWS && characters < SAMPLE_CHARACTERS) {
    const { value: text, done = false } = await pieces.next()
    isAtEnd = done
    characters += text?.length ?? 0
    // Not spread as arguments: a piece may have more rows than the stack has room for.
    for (const row of parser.push(text ?? '', isAtEnd)) sample.push(row)
  }
  const first = sample.slice(0, SAMPLE_ROWS)
  const columns = names.map((name, at) => {
    const cells = first.map((row) => row[at] ?? null)
    return new GuessedColumn(name, cells, isJson)
  })

  async function* batches() {
    yield sample.splice(0)
    while (!isAtEnd) {
      const { value: text, done = false } = await pieces.next()
      isAtEnd = done
      const rows = parser.push(text ?? '', isAtEnd)
      for (let at = columns.length; at < names.length; at++) {
        const cells = rows.slice(0, SAMPLE_ROWS).map((row) => row[at] ?? null)
        columns.push(new GuessedColumn(names[at]!, cells, isJson))
      }
      if (rows.length > 0) yield rows
    }
  }

  return {
    format,
    compression: () => bytes.compression,
    bytes: bytes.size,
    rows: undefined,
    columns,
    bytesRead: () => bytes.packedBytes,
    decodedBytes: () => bytes.bytes,
    batches,
    close: () => bytes.close(),
  }
}

/** The text, without a byte order mark; UTF-16 has one. UTF-8 that is not valid is kept apart by `losslessText`. */
async function* textOf(bytes: ByteStream): AsyncGenerator<string, undefined> {
  const [first = 0, second = 0] = await bytes.peek(2)
  const mark = (first << 8) | second
  const isUtf16 = mark === 0xfffe || mark === 0xfeff
  const decoder = isUtf16 ? utf16Decoder(mark === 0xfffe, bytes.name) : new LosslessDecoder()
  for await (const chunk of bytes.chunks())
    for (let at = 0; at < chunk.length; at += PIECE_BYTES)
      yield decoder.push(chunk.subarray(at, at + PIECE_BYTES))
  yield decoder.end()
  return undefined
}

/** What is no UTF-16, such as half of a character where a file was cut, is damage: replaced, two texts would look alike. */
function utf16Decoder(isLittleEndian: boolean, name: string): Pick<LosslessDecoder, 'push' | 'end'> {
  const decoder = new TextDecoder(isLittleEndian ? 'utf-16le' : 'utf-16be', { fatal: true })
  const decode = (piece?: Uint8Array) => {
    try {
      return decoder.decode(piece, { stream: piece !== undefined })
    } catch (error) {
      throw asSluiceError(error, undefined, (cause) => {
        return new SluiceError('E_TEXT_DAMAGED', `${name} begins as UTF-16, and is not valid`, { cause })
      })
    }
  }
  return { push: decode, end: decode }
}

/** How many bytes the first line is looked for in. */
const FIRST_LINE = 64 * 1024

async function dialectOf(
  bytes: ByteStream,
  format: TextFormat,
  { delimiter, nullText }: TextOptions,
): Promise<CsvDialect> {
  if (format === 'tsv') return { delimiter: delimiter ?? '\t', isQuoted: false, nullText: nullText ?? '\\N' }
  const head = new TextDecoder().decode(await bytes.peek(FIRST_LINE))
  return { delimiter: delimiter ?? delimiterIn(head), isQuoted: true, nullText: nullText ?? '' }
}

/** A comma, unless the first line has none and has another one. */
function delimiterIn(text: string): string {
  const [line = ''] = text.replace(/"[^"]*"/g, '').split(/[\r\n]/, 1)
  const others = [';', '\t', '|'].map((one) => ({ one, count: line.split(one).length - 1 }))
  const most = others.reduce((best, other) => (other.count > best.count ? other : best))
  return !line.includes(',') && most.count > 0 ? most.one : ','
}

/** Rows of CSV, all as wide as the first. Names are of the first row, or `_col0`, `_col1`, …. */
class CsvRows implements RowParser {
  readonly #names: string[]
  readonly #parser: CsvParser
  readonly #hasHeader: boolean
  #isBegun = false

  constructor(names: string[], dialect: CsvDialect, hasHeader: boolean, limits: Limits) {
    this.#names = names
    this.#hasHeader = hasHeader
    this.#parser = new CsvParser(dialect, limits)
  }

  push(text: string, isLast: boolean): (readonly Value[])[] {
    const before = this.#parser.rows
    const rows = this.#parser.push(text, isLast)
    const first = this.#isBegun ? undefined : rows[0]
    if (first !== undefined) {
      this.#isBegun = true
      this.#names.push(
        ...first.map((cell, i) => (this.#hasHeader && cell !== null && cell !== '' ? cell : `_col${i}`)),
      )
      if (this.#hasHeader) rows.shift()
    }
    const width = this.#names.length
    return rows.filter((row, i) => {
      if (row.length === width) return true
      // An empty line.
      if (row.length === 1 && (row[0] === null || row[0] === '')) return false
      const number = before + i + 1 + (first !== undefined && this.#hasHeader ? 1 : 0)
      throw new SluiceError('E_SCHEMA', `row ${number} has ${row.length} cells, and the first has ${width}`, {
        hint: 'rows count from the first line, the names of columns included; --delimiter says what is between cells',
      })
    })
  }
}

/** Rows of JSON: cells by the names of members, in the order in which names come; arrays by their places. */
class NamedRows implements RowParser {
  readonly #names: string[]
  readonly #places = new Map<string, number>()
  readonly #limits: Limits
  readonly #json: JsonRows

  constructor(names: string[], limits: Limits) {
    this.#names = names
    this.#limits = limits
    this.#json = new JsonRows(limits)
  }

  push(text: string, isLast: boolean): (readonly Value[])[] {
    return this.#json.push(text, isLast).map((row) => {
      const members = Array.isArray(row)
        ? row.map((cell, i) => [`_col${i}`, cell] as const)
        : Object.entries(row!)
      const cells: Value[] = new Array(this.#names.length).fill(null)
      for (const [name, cell] of members) cells[this.#places.get(name) ?? this.#add(name)] = cell as Value
      return cells
    })
  }

  #add(name: string): number {
    const place = this.#names.length
    if (place === this.#limits.columns)
      throw new SluiceError(
        'E_LIMIT_COLUMNS',
        `row ${this.#json.rows} has a column beyond the limit of ${place}`,
      )
    this.#names.push(name)
    this.#places.set(name, place)
    return place
  }
}
