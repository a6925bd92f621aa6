import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Value } from '../../rows/values.js'
import type { ResultBody } from './result-body.js'
import { msgpackRows } from './rows.js'

/** CSV, TSV, JSON with an array or an object on each line, or one JSON array of objects. */
export type TextFormat = 'csv' | 'tsv' | 'json' | 'jsonl' | 'json-array'

export interface TextOptions {
  readonly format: TextFormat
  readonly columns: readonly string[]
  /** Whether the first line has the column names. Not for objects, which have them anyway. */
  readonly header?: boolean
  /** Whether NaN and infinities become NULL; otherwise they are text. */
  readonly nullifySpecial?: boolean
}

const FLUSH_CHARS = 64 * 1024

type Row = Value[]

const isSpecial = (value: unknown) => typeof value === 'number' && !Number.isFinite(value)

/** Line ends to the decoders of Python, which td-client-python reads results with, and to no one else. */
const LINE_ENDS = /[\u0085\u2028\u2029]/g

/** A text as JSON, in which no character ends a line. */
export function textJson(text: string): string {
  return withoutLineEnds(JSON.stringify(text))
}

/** JSON with such characters, all of them in texts, escaped. */
export function withoutLineEnds(json: string): string {
  return json.replace(LINE_ENDS, (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Bytes as Trino's JSON has them. */
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

/** JSON with what JSON lacks: exact 64-bit integers, bytes as base64, NaN and infinities as text or null. */
function jsonText(value: Value, nullifySpecial: boolean): string {
  if (typeof value === 'bigint') return String(value)
  if (isSpecial(value)) return nullifySpecial ? 'null' : `"${value}"`
  if (typeof value === 'string') return textJson(value)
  if (value instanceof Uint8Array) return `"${base64(value)}"`
  if (value instanceof Date) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item) => jsonText(item, nullifySpecial)).join(',')}]`
  if (value instanceof Map) {
    return objectText(
      [...value].map(([key, item]) => [cellText(key, false), item] as const),
      nullifySpecial,
    )
  }
  if (typeof value === 'object' && value !== null)
    return objectText(Object.entries(value as Record<string, Value>), nullifySpecial)
  return JSON.stringify(value) ?? 'null'
}

function objectText(entries: readonly (readonly [string, Value])[], nullifySpecial: boolean): string {
  return `{${entries.map(([key, item]) => `${textJson(key)}:${jsonText(item, nullifySpecial)}`).join(',')}}`
}

function cellText(value: Value | undefined, nullifySpecial: boolean): string {
  if (value === null || value === undefined || (nullifySpecial && isSpecial(value))) return ''
  if (typeof value === 'string' || isSpecial(value)) return String(value)
  if (value instanceof Uint8Array) return base64(value)
  return jsonText(value, nullifySpecial)
}

/** Any character that ends a line for some reader of CSV is quoted. */
const csvCell = (text: string) =>
  /[",\r\n\v\f\u001c-\u001e\u0085\u2028\u2029]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text

const tsvCell = (text: string) =>
  text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n')

function lineWriter({ format, columns, nullifySpecial = false }: TextOptions): (row: Row) => string {
  switch (format) {
    case 'csv':
      return (row) => `${row.map((value) => csvCell(cellText(value, nullifySpecial))).join(',')}\n`
    case 'tsv':
      return (row) => `${row.map((value) => tsvCell(cellText(value, nullifySpecial))).join('\t')}\n`
    case 'json':
      return (row) => `${jsonText(row, nullifySpecial)}\n`
    default:
      return (row) =>
        `${objectText(
          columns.map((name, at) => [name, row[at] ?? null] as const),
          nullifySpecial,
        )}\n`
  }
}

/** The msgpack bytes inside a msgpack.gz body. */
export function unzipped(body: ResultBody): Readable {
  return Readable.from(body.read(0, body.size)).compose(createGunzip())
}

/** Rows of msgpack as text. */
export async function* textLines(
  msgpack: AsyncIterable<Uint8Array>,
  options: TextOptions,
): AsyncGenerator<Buffer> {
  const line = lineWriter(options)
  const inArray = options.format === 'json-array'
  const header = options.header && options.format !== 'jsonl'
  let text = inArray ? '[' : header ? line([...options.columns]) : ''
  let separator = ''
  for await (const row of msgpackRows(msgpack)) {
    text += separator + line(row as Row)
    if (inArray) separator = ','
    if (text.length < FLUSH_CHARS) continue
    yield Buffer.from(text)
    text = ''
  }
  yield Buffer.from(inArray ? `${text}]\n` : text)
}
