import bindings from '../bindings.js'

/** A `duckdb_string_t`: 4 bytes of length, then the text if it fits in 12 bytes, else 4 bytes of it and a pointer. */
const ENTRY = 16
const INLINE = 12
const POINTER = 8

/** Where the bytes of each string of a vector are. */
export interface StringBytes {
  readonly sources: readonly Buffer[]
  readonly starts: Uint32Array
  readonly lengths: Uint32Array
}

/**
 * Finds the bytes of all strings of a vector. Reading each behind its pointer would be one native call a
 * string, most of the time of a query; but DuckDB lays the strings of a column one after the other, so that a
 * few calls read them all. Strings are joined only when less than 8 bytes (alignment) lie between them: those
 * bytes are on the page of one of their neighbours, so reading them is safe whatever they are.
 */
export function readStrings(data: Buffer, count: number, isValid: (row: number) => boolean): StringBytes {
  const view = new DataView(data.buffer, data.byteOffset, data.length)
  const sources: Buffer[] = new Array(count)
  const starts = new Uint32Array(count)
  const lengths = new Uint32Array(count)
  const pointers = new Float64Array(count)

  function readRun(first: number, last: number, low: number, high: number, lowRow: number): void {
    const { buffer, byteOffset, length } = bindings.get_data_from_pointer(
      data.buffer as ArrayBuffer,
      data.byteOffset + lowRow * ENTRY + POINTER,
      high - low,
    )
    const bytes = Buffer.from(buffer, byteOffset, length)
    for (let row = first; row <= last; row++) {
      if (pointers[row] === 0) continue
      sources[row] = bytes
      starts[row] = pointers[row]! - low
    }
  }

  let first = -1
  let last = -1
  let low = 0
  let high = 0
  let lowRow = 0
  for (let row = 0; row < count; row++) {
    if (!isValid(row)) continue
    const entry = row * ENTRY
    const length = view.getUint32(entry, true)
    lengths[row] = length
    if (length <= INLINE) {
      sources[row] = data
      starts[row] = entry + 4
      continue
    }
    const pointer =
      view.getUint32(entry + POINTER, true) + view.getUint32(entry + POINTER + 4, true) * 0x100000000
    pointers[row] = pointer
    const gapAbove = pointer - high
    const gapBelow = low - (pointer + length)
    if (first >= 0 && gapAbove >= 0 && gapAbove < 8) {
      high = pointer + length
    } else if (first >= 0 && gapBelow >= 0 && gapBelow < 8) {
      low = pointer
      lowRow = row
    } else if (first < 0 || pointer < low || pointer + length > high) {
      if (first >= 0) readRun(first, last, low, high, lowRow)
      first = row
      low = pointer
      high = pointer + length
      lowRow = row
    }
    last = row
  }
  if (first >= 0) readRun(first, last, low, high, lowRow)
  return { sources, starts, lengths }
}
