import { encode } from '@msgpack/msgpack'
import { stringify } from 'csv-stringify/sync'
import type { CsvOptions, EncodeSpec, TsvOptions } from '../../src/model/option-types.js'
import type { Plan } from '../../src/model/plan.js'
import { castValue } from './cast-value.js'
import { decodeExactly, Entries, type Exact, Float, Text } from './exact-decoder.js'
import { escapeFormulas } from './formulas.js'
import { binary, Refused, ValueText } from './value-text.js'

/** A row as msgpack, and each of its cells alone. */
export interface PackedRow {
  readonly bytes: Uint8Array
  readonly cells: readonly Uint8Array[]
}

export interface Expected {
  /** The whole output, or what comes before the failure. */
  readonly bytes: Buffer
  readonly rows: number
  readonly replacedTexts: number
  readonly failure?: { readonly code: string; readonly row: number; readonly column: string }
}

/**
 * What an encoder should write, a row at a time and in the simplest way, by `@msgpack/msgpack`, `JSON.stringify` and
 * `csv-stringify`.
 */
export function encodeByReference(spec: EncodeSpec, plan: Plan, packed: readonly PackedRow[]): Expected {
  const invalidUtf8 = spec.format === 'msgpack' ? 'raw' : (spec.invalidUtf8 ?? 'replace')
  const text = new ValueText(invalidUtf8)
  const json = spec.format === 'ndjson' || spec.format === 'json' ? new ValueText(invalidUtf8, spec) : text
  const rows: WrittenRow[] = []
  let replacedTexts = 0
  let failure: Expected['failure']
  const wanted = packed.slice(0, plan.limit)
  all: for (const [index, { cells, bytes }] of wanted.entries()) {
    const out: Cell[] = []
    for (const column of plan.columns) {
      try {
        const isDecimal = column.type.kind === 'decimal'
        const cell = cellOf(cells[column.source]!, column.cast, spec, json, text, isDecimal)
        if (spec.format === 'tsv') tsvCell(cell, tsvNull(spec), spec)
        out.push(cell)
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        failure = { code: error.code, row: index + 1, column: plan.schema.columns[column.source]!.name }
        break all
      }
    }
    rows.push({ bytes, cells: out })
    replacedTexts = text.replaced + (json === text ? 0 : json.replaced)
  }
  const whole = before(spec, plan) + join(linesOf(rows, spec, plan), spec, failure === undefined)
  return {
    bytes: Buffer.from(whole, 'latin1'),
    rows: rows.length,
    replacedTexts,
    ...(failure === undefined ? {} : { failure }),
  }
}

/** The plan changes nothing: msgpack then goes out as it came. */
function isStraight({ schema, columns }: Plan): boolean {
  const asTheyAre = columns.every(({ source, cast }, i) => source === i && cast === undefined)
  return asTheyAre && columns.length === schema.columns.length
}

/** A cell's text in the format; `isText` as csv sees it. */
interface Cell {
  readonly text: string | null
  readonly isText: boolean
  readonly isJson?: boolean
}

function cellOf(
  packed: Uint8Array,
  cast: Plan['columns'][number]['cast'],
  spec: EncodeSpec,
  json: ValueText,
  text: ValueText,
  isDecimal: boolean,
): Cell {
  const original = decodeExactly(packed)
  const value = cast === undefined ? original : castValue(original, cast)
  const isText = typeof value === 'object' && !(value instanceof Float)
  if (spec.format === 'csv' || spec.format === 'tsv')
    return delimitedCell(value, text.text(value), spec, isDecimal)
  if (spec.format === 'msgpack') {
    if (cast === 'varchar' && value !== null && !(value instanceof Text))
      return { text: packText(text.text(value)), isText }
    return { text: value === original ? binary(packed) : pack(value), isText }
  }
  if (cast === 'varchar' && value !== null) return { text: JSON.stringify(text.text(value)), isText }
  return { text: json.json(value), isText }
}

/** A number is a text where it came as one: a decimal that looks like it. */
function delimitedCell(value: Exact, text: string, spec: CsvOptions, isDecimal: boolean): Cell {
  if (value === null) return { text: null, isText: false }
  const isNumeral = isDecimal && value instanceof Text && /^[+-]?\d+(\.\d+)?$/.test(text)
  const mayHavePoint = value instanceof Float || isNumeral
  return {
    text: spec.decimalComma && mayHavePoint ? text.replace('.', ',') : text,
    isText: typeof value === 'object' && !mayHavePoint,
    isJson: isNested(value),
  }
}

function isNested(value: Exact): boolean {
  return Array.isArray(value) || value instanceof Entries
}

/** What a cast made, in the fewest bytes. */
function pack(value: Exact): string {
  if (value instanceof Text) return packText(binary(value.bytes))
  if (value instanceof Float) {
    const bytes = Buffer.alloc(9, 0xcb)
    bytes.writeDoubleBE(value.value, 1)
    return binary(bytes)
  }
  // The package writes a bigint in 64 bits, and with the option a large number as a double.
  if (typeof value === 'bigint' && !Number.isSafeInteger(Number(value)))
    return binary(encode(value, { useBigInt64: true }))
  return binary(encode(typeof value === 'bigint' ? Number(value) : value))
}

/** A text as msgpack: the header is the same for ASCII of the same length. */
function packText(text: string): string {
  return binary(encode('x'.repeat(text.length)).subarray(0, -text.length || undefined)) + text
}

/** A row as it came, and its cells as they go out. */
interface WrittenRow {
  readonly bytes: Uint8Array
  readonly cells: readonly Cell[]
}

/** The rows as lines; those of csv together, because `csv-stringify` takes longer to be set up than for a line. */
function linesOf(rows: readonly WrittenRow[], spec: EncodeSpec, plan: Plan): string[] {
  if (spec.format === 'csv')
    return [
      csvLines(
        rows.map(({ cells }) => cells),
        spec,
      ),
    ]
  if (spec.format === 'msgpack' && isStraight(plan)) return rows.map(({ bytes }) => binary(bytes))
  return rows.map(({ cells }) => lineOf(cells, spec, plan))
}

function lineOf(cells: readonly Cell[], spec: EncodeSpec, plan: Plan): string {
  switch (spec.format) {
    case 'csv':
      return csvLines([cells], spec)
    case 'tsv':
      return `${cells.map((cell) => tsvCell(cell, tsvNull(spec), spec)).join('\t')}${spec.crlf ? '\r\n' : '\n'}`
    case 'msgpack':
      return (
        binary(encode(cells).subarray(0, cells.length < 16 ? 1 : 3)) + cells.map((cell) => cell.text).join('')
      )
    default: {
      const members = namesOf(plan).map(
        (name, i) => `${binary(Buffer.from(JSON.stringify(name)))}:${cells[i]!.text}`,
      )
      return `{${members.join(',')}}`
    }
  }
}

/** A name that is there already, or that another column has by itself, gets the first number that makes it new. */
function namesOf({ columns }: Plan): string[] {
  const names: string[] = []
  const isFree = (name: string) => !names.includes(name) && columns.every((column) => column.name !== name)
  for (const { name } of columns) {
    let number = 1
    while (number === 1 ? names.includes(name) : !isFree(`${name}_${number}`)) number++
    names.push(number === 1 ? name : `${name}_${number}`)
  }
  return names
}

function csvLines(rows: readonly (readonly Cell[])[], spec: CsvOptions & EncodeSpec): string {
  const nullText = binary(Buffer.from(spec.null ?? ''))
  const { delimiter = ',', quote = 'minimal' } = spec
  const [first = ''] = delimiter
  return stringify(rows as Cell[][], {
    delimiter: binary(Buffer.from(delimiter)),
    record_delimiter: spec.crlf ? '\r\n' : '\n',
    quote_record_delimiter: true,
    cast: {
      object: (value) => {
        const cell = value as unknown as Cell
        if (cell.text === null) return nullText
        const text = textOf(cell, cell.text, spec)
        const quoted =
          quote === 'all' ||
          (quote === 'strings' && cell.isText) ||
          text === nullText ||
          text.includes(binary(Buffer.from(first))) ||
          (rows[0]!.length === 1 && text === '\\.')
        return { value: text, quoted, quoted_empty: true }
      },
    },
  })
}

function textOf({ isText, isJson }: Cell, text: string, spec: CsvOptions & EncodeSpec): string {
  return isText && spec.escapeFormulas ? escapeFormulas(text, isJson === true, spec) : text
}

const TSV_ESCAPES: Record<string, string> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' }

function tsvNull({ null: text = '\\N' }: TsvOptions): string {
  return binary(Buffer.from(text))
}

function tsvCell(cell: Cell, nullText: string, spec: TsvOptions & EncodeSpec): string {
  if (cell.text === null) return nullText
  const text = textOf(cell, cell.text, spec)
  const escaped = text.replace(/[\t\n\r\\]/g, (character) => TSV_ESCAPES[character]!)
  if (escaped === nullText) throw new Refused('E_TYPE')
  return escaped
}

function before(spec: EncodeSpec, plan: Plan): string {
  if (spec.format === 'json') return '['
  if (spec.format !== 'csv' && spec.format !== 'tsv') return ''
  // A name is never NULL: in tsv, which could not quote it, it may look like it.
  const headerSpec: EncodeSpec = spec.format === 'tsv' ? { ...spec, null: '\\N' } : spec
  const names = plan.columns.map(({ name }) => ({ text: binary(Buffer.from(name)), isText: true }))
  return (spec.bom ? '\xef\xbb\xbf' : '') + (spec.header === false ? '' : lineOf(names, headerSpec, plan))
}

/** With the array's end only when there was no failure. */
function join(lines: readonly string[], spec: EncodeSpec, ended: boolean): string {
  if (spec.format === 'ndjson') return lines.map((line) => `${line}\n`).join('')
  if (spec.format !== 'json') return lines.join('')
  const rows = lines.map((line, i) => `${i === 0 ? '' : ','}\n${line}`).join('')
  return rows + (ended ? (lines.length > 0 ? '\n]\n' : ']\n') : '')
}
