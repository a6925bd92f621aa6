// The batch: validated rows as they came, and where each cell that goes out begins. A page is made of each batch.

import { Token, big16, big32 } from '../tokens'
import { Buffer, newBuffer, reserve, shrink } from './buffer'

export class Batch {
  static rows: u32 = 0
  static maxRows: u32 = 0
  /** Cells of a row. */
  static width: u32 = 0
  /** For each cell of a row the slot of the table it goes to, or -1 when no column is made of it. */
  static slots: usize = 0
  static bytes: Buffer = changetype<Buffer>(0)
  /** Offsets of cells in `bytes`, `maxRows` of them for each slot. */
  static cells: usize = 0
}

/** Bytes of rows after which a batch ends, at the next multiple of `VECTOR_ROWS`; at any row when it would be twice as large. */
let batchBytes: usize = 0

/** Readers take as many rows at a time. A page that ends in the middle makes them copy, for every column. */
const VECTOR_ROWS: u32 = 2048

/** How long a value is where its first byte alone says so, else 0. */
const fixedLengths = memory.data(256)

/** Returns where the loader is to write `slots`. Each slot takes four bytes for each of up to `mostRows` rows. */
export function openBatch(width: u32, slots: u32, mostRows: u32, bytes: usize): usize {
  const maxRows = aligned(mostRows)
  batchBytes = bytes
  for (let t: i32 = 0; t <= 0xff; ++t) store<u8>(fixedLengths + t, 0)
  for (let t: i32 = 0; t <= Token.PositiveFixIntLast; ++t) store<u8>(fixedLengths + t, 1)
  for (let t: i32 = Token.NegativeFixInt; t <= 0xff; ++t) store<u8>(fixedLengths + t, 1)
  for (let n: u32 = 0; n < 32; ++n) store<u8>(fixedLengths + Token.FixStr + n, <u8>(1 + n))
  store<u8>(fixedLengths + Token.Nil, 1)
  store<u8>(fixedLengths + Token.False, 1)
  store<u8>(fixedLengths + Token.True, 1)
  store<u8>(fixedLengths + Token.Float32, 5)
  store<u8>(fixedLengths + Token.Float64, 9)
  for (let i: u32 = 0; i < 4; ++i) {
    store<u8>(fixedLengths + Token.UInt8 + i, <u8>(1 + (<u32>1 << i)))
    store<u8>(fixedLengths + Token.Int8 + i, <u8>(1 + (<u32>1 << i)))
  }
  for (let i: u32 = 0; i < 5; ++i) store<u8>(fixedLengths + Token.FixExt1 + i, <u8>(2 + (<u32>1 << i)))
  Batch.width = width
  Batch.maxRows = maxRows
  Batch.slots = heap.alloc(max<usize>(width * 4, 4))
  Batch.bytes = newBuffer(bytes)
  Batch.cells = heap.alloc(max<usize>(<usize>slots * maxRows * 4, 4))
  return Batch.slots
}

/** The largest multiple or divisor of `VECTOR_ROWS` that is not above `rows`. */
function aligned(rows: u32): u32 {
  return rows >= VECTOR_ROWS ? rows - (rows % VECTOR_ROWS) : <u32>1 << (31 - clz(rows))
}

/** Where to put the next `bytes` bytes of rows, or 0 when the batch is full and is to be worked off first. */
export function roomFor(bytes: usize): usize {
  if (Batch.rows >= Batch.maxRows) return 0
  if (Batch.rows > 0 && isFull(Batch.rows, Batch.bytes.used + bytes)) return 0
  reserve(Batch.bytes, bytes)
  return Batch.bytes.at + Batch.bytes.used
}

// @ts-ignore: decorator
@inline
function isFull(rows: u32, bytes: usize): bool {
  return bytes > batchBytes && (rows % VECTOR_ROWS == 0 || bytes > batchBytes * 2)
}

// @ts-ignore: decorator
@inline
export function cellAt(slot: u32, row: u32): usize {
  return Batch.bytes.at + load<u32>(Batch.cells + (<usize>slot * Batch.maxRows + row) * 4)
}

/**
 * Notes the cells of rows that were put behind those that are there, up to `rows` of them and as many as fit.
 * Returns how many bytes they took; `Batch.rows` grows by their number.
 */
export function takeRows(rows: u32): usize {
  const base = Batch.bytes.at
  const start = base + Batch.bytes.used
  const width = Batch.width
  const stride = Batch.maxRows
  const table = Batch.cells
  let at = start
  const first = Batch.rows
  const last = min(first + rows, Batch.maxRows)
  let row = first
  for (; row < last; ++row) {
    if (row > first && isFull(row, at - base)) break
    const t: i32 = load<u8>(at)
    at += t == Token.Array16 ? 3 : t == Token.Array32 ? 5 : 1
    for (let cell: u32 = 0; cell < width; ++cell) {
      const slot = load<i32>(Batch.slots + cell * 4)
      if (slot >= 0) store<u32>(table + (<usize>slot * stride + row) * 4, <u32>(at - base))
      const fixed = <usize>load<u8>(fixedLengths + <usize>load<u8>(at))
      at += fixed
      if (!fixed) at = skip(at)
    }
  }
  Batch.rows = row
  Batch.bytes.used = at - base
  return at - start
}

/** The end of the value that begins at `at`. */
export function skip(at: usize): usize {
  let left: u64 = 1
  while (left != 0) {
    --left
    const t: i32 = load<u8>(at)
    const fixed = <usize>load<u8>(fixedLengths + t)
    if (fixed) {
      at += fixed
      continue
    }
    switch (t) {
      case Token.Bin8:
      case Token.Str8:
        at += 2 + <usize>load<u8>(at, 1)
        break
      case Token.Bin16:
      case Token.Str16:
        at += 3 + <usize>big16(at + 1)
        break
      case Token.Bin32:
      case Token.Str32:
        at += 5 + <usize>big32(at + 1)
        break
      case Token.Ext8:
        at += 3 + <usize>load<u8>(at, 1)
        break
      case Token.Ext16:
        at += 4 + <usize>big16(at + 1)
        break
      case Token.Ext32:
        at += 6 + <usize>big32(at + 1)
        break
      case Token.Array16:
        left += big16(at + 1)
        at += 3
        break
      case Token.Array32:
        left += big32(at + 1)
        at += 5
        break
      case Token.Map16:
        left += <u64>big16(at + 1) * 2
        at += 3
        break
      case Token.Map32:
        left += <u64>big32(at + 1) * 2
        at += 5
        break
      default:
        left += t < Token.FixArray ? (t & 0x0f) * 2 : t & 0x0f
        at += 1
    }
  }
  return at
}

export function clearBatch(): void {
  Batch.rows = 0
  shrink(Batch.bytes, batchBytes)
}
