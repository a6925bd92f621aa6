import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { decodeMultiStream } from '@msgpack/msgpack'
import type { ResultBody } from './result-body.js'

/** The forms of a result besides msgpack.gz, which is how it is kept. */
export const TEXT_FORMATS = ['csv', 'tsv', 'json'] as const
export type TextFormat = (typeof TEXT_FORMATS)[number]

export interface TextOptions {
  readonly format: TextFormat
  /** The column names, for a first line with them; `undefined` for no such line. */
  readonly header: readonly string[] | undefined
  /** Whether NaN and infinities become NULL. */
  readonly nullifySpecial: boolean
}

const FLUSH_CHARS = 64 * 1024

/** Keys of maps become text, as in JSON. */
const DECODING = { useBigInt64: true, mapKeyConverter: String, context: undefined }

/** A replacer for what JSON does not have: exact 64-bit integers, bytes, NaN and infinities. */
function jsonText(value: unknown, nullifySpecial: boolean): string {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number' && !Number.isFinite(value)) return nullifySpecial ? 'null' : `"${value}"`
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('utf8'))
  if (Array.isArray(value)) return `[${value.map((item) => jsonText(item, nullifySpecial)).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(
      ([key, item]) => `${JSON.stringify(key)}:${jsonText(item, nullifySpecial)}`,
    )
    return `{${entries.join(',')}}`
  }
  return JSON.stringify(value) ?? 'null'
}

function cellText(value: unknown, nullifySpecial: boolean): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number' && !Number.isFinite(value)) return nullifySpecial ? '' : String(value)
  if (typeof value === 'string') return value
  return jsonText(value, nullifySpecial)
}

const csvCell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

const tsvCell = (text: string) =>
  text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n')

function lineWriter({ format, nullifySpecial }: TextOptions): (row: readonly unknown[]) => string {
  if (format === 'json') return (row) => `${jsonText(row, nullifySpecial)}\n`
  const [cell, separator] = format === 'csv' ? [csvCell, ','] : [tsvCell, '\t']
  return (row) => `${row.map((value) => cell(cellText(value, nullifySpecial))).join(separator)}\n`
}

/** The msgpack bytes inside a msgpack.gz body. */
export function unzipped(body: ResultBody): Readable {
  return Readable.from(body.read(0, body.size)).compose(createGunzip())
}

/** A result as lines of CSV, TSV or JSON arrays. */
export async function* textLines(body: ResultBody, options: TextOptions): AsyncGenerator<Buffer> {
  const line = lineWriter(options)
  let text = options.header === undefined ? '' : line(options.header)
  for await (const row of decodeMultiStream(unzipped(body), DECODING)) {
    text += line(row as unknown[])
    if (text.length < FLUSH_CHARS) continue
    yield Buffer.from(text)
    text = ''
  }
  yield Buffer.from(text)
}
