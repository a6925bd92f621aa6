import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { decodeMultiStream } from '@msgpack/msgpack'
import type { ResultBody } from './result-body.js'

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

/** Keys of maps become text, as in JSON. */
const DECODING = { useBigInt64: true, mapKeyConverter: String, context: undefined }

type Row = readonly unknown[]

const isSpecial = (value: unknown) => typeof value === 'number' && !Number.isFinite(value)

/** JSON with what JSON lacks: exact 64-bit integers, bytes as text, NaN and infinities as text or null. */
function jsonText(value: unknown, nullifySpecial: boolean): string {
  if (typeof value === 'bigint') return String(value)
  if (isSpecial(value)) return nullifySpecial ? 'null' : `"${value}"`
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('utf8'))
  if (Array.isArray(value)) return `[${value.map((item) => jsonText(item, nullifySpecial)).join(',')}]`
  if (typeof value === 'object' && value !== null) return objectText(Object.entries(value), nullifySpecial)
  return JSON.stringify(value) ?? 'null'
}

function objectText(entries: readonly (readonly [string, unknown])[], nullifySpecial: boolean): string {
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${jsonText(item, nullifySpecial)}`).join(',')}}`
}

function cellText(value: unknown, nullifySpecial: boolean): string {
  if (value === null || value === undefined || (nullifySpecial && isSpecial(value))) return ''
  if (typeof value === 'string' || isSpecial(value)) return String(value)
  return jsonText(value, nullifySpecial)
}

const csvCell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

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
          columns.map((name, at) => [name, row[at]] as const),
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
  let text = inArray ? '[' : header ? line(options.columns) : ''
  let separator = ''
  for await (const row of decodeMultiStream(msgpack, DECODING)) {
    text += separator + line(row as Row)
    if (inArray) separator = ','
    if (text.length < FLUSH_CHARS) continue
    yield Buffer.from(text)
    text = ''
  }
  yield Buffer.from(inArray ? `${text}]\n` : text)
}
