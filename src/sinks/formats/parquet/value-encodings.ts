import type { LeafKind } from '../../../kernel/columns/tree.js'
import { ENCODING } from './format.js'

const NUMBERS = [ENCODING.DELTA_BINARY_PACKED]
const FLOATS = [ENCODING.BYTE_STREAM_SPLIT]
const TEXTS = [ENCODING.DELTA_LENGTH_BYTE_ARRAY, ENCODING.DELTA_BYTE_ARRAY]

/**
 * The encodings besides PLAIN that values may have, which readers of data pages V2 know:
 * https://github.com/apache/parquet-format/blob/master/Encodings.md
 */
export const VALUE_ENCODINGS: Readonly<Record<LeafKind, readonly number[]>> = {
  boolean: [],
  tinyint: NUMBERS,
  smallint: NUMBERS,
  integer: NUMBERS,
  bigint: NUMBERS,
  real: FLOATS,
  double: FLOATS,
  text: TEXTS,
  json: TEXTS,
  binary: TEXTS,
  uuid: [],
  date: NUMBERS,
  time: NUMBERS,
  timestamp: NUMBERS,
  timestampWithZone: NUMBERS,
  decimal32: NUMBERS,
  decimal64: NUMBERS,
  decimal128: [],
}

/** What an encoding has to save of the size of PLAIN. */
export function leastSaving(encoding: number): number {
  // DuckDB reads texts whose lengths come first a fifth quicker than others; the other encodings take readers longer.
  return encoding === ENCODING.DELTA_LENGTH_BYTE_ARRAY ? 0 : 0.1
}
