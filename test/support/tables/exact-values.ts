import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import type { Source } from '../../../src/sources/contract.js'
import { memorySource, packRows } from '../msgpack/encoded-results.js'
import { float64 } from '../msgpack/pack.js'

/** A row of a table of docs/exact-values.md. */
export interface ExactValue {
  readonly type: string
  readonly value: string
  readonly column: string
  /** The text of what is read back, with `\t` and `\0`, or `E_TYPE`. */
  readonly becomes: string
}

/** The rows below the heading of a database. */
export function exactValues(heading: string): ExactValue[] {
  const page = readFileSync(new URL('../../../docs/exact-values.md', import.meta.url), 'utf8')
  const [, section = ''] = new RegExp(`^## ${heading}\n(.*?)(?=^## |(?![^]))`, 'ms').exec(page) ?? []
  return [...section.matchAll(/^\| `(.*?)` \| `(.*?)` \| `(.*?)` \| `(.*?)` \|$/gm)].map(
    ([, type, value, column, becomes]) => ({
      type: type!,
      value: value!,
      column: column!,
      becomes: becomes!,
    }),
  )
}

/** A result of one row with one column `c`, its value packed as it is written in the page. */
export function resultOfValue({ type, value }: Pick<ExactValue, 'type' | 'value'>): Source {
  const row = Buffer.concat([Buffer.of(0x91), packed(value)])
  return memorySource(gzipSync(row), { schemaText: JSON.stringify([['c', type]]), expectedRows: 1 })
}

function packed(text: string): Buffer {
  // Numbers with a point or an exponent are doubles, also where they are whole.
  if (/^-?(?:[\d.]*[.e][-\d]*|NaN|Infinity)$/.test(text)) return float64(Number(text))
  return packRows([[givenBy(text)]]).subarray(1)
}

function givenBy(text: string): unknown {
  if (text.startsWith("x'")) return Buffer.from(text.slice(2, -1), 'hex')
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(Number(text)) ? BigInt(text) : JSON.parse(text)
}

/** What was read back, as the page shows it. */
export function shownText(read: string): string {
  return read.replaceAll('\t', '\\t').replaceAll('\0', '\\0')
}
