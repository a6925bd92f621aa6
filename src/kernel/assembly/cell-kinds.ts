// Kinds of the values in the cells of framed rows: if a block has only certain kinds, a sink can rely on their text.

import { cellAt } from './frame'
import { allocate } from './memory'
import { Plan } from './plan'
import { Token } from './tokens'

/** Bits. Of integers it is the smallest that holds whatever follows the first bit of the number. The loader knows the same numbers. */
const enum CellKind {
  Nil = 1,
  Boolean = 2,
  Int16 = 4,
  Int32 = 8,
  Int64 = 16,
  UInt64 = 32,
  /** But not -0. */
  Double = 64,
  Text = 128,
  Other = 256,
}

/** For each first byte its kind, two bytes each; then the same where the first bit behind that byte is set. */
const kindOf = memory.data(2 * 256 * 2, 16)

/** For each column the kinds that came, four bytes each. */
let kinds: usize = 0

export function openCellKinds(): void {
  if (!Plan.notesKinds) return
  for (let t: i32 = 0; t < 256; ++t) {
    store<u16>(kindOf + (<usize>t << 1), <u16>kindFor(t, false))
    store<u16>(kindOf + 512 + (<usize>t << 1), <u16>kindFor(t, true))
  }
  const bytes = <usize>Plan.width << 2
  kinds = allocate(bytes)
  memory.fill(kinds, 0, bytes)
}

function kindFor(t: i32, isHigh: bool): CellKind {
  if (t <= Token.PositiveFixIntLast || t >= Token.NegativeFixInt) return CellKind.Int16
  if (t >= Token.FixStr && t < Token.Nil) return CellKind.Text
  switch (t) {
    case Token.Nil:
      return CellKind.Nil
    case Token.False:
    case Token.True:
      return CellKind.Boolean
    case Token.UInt8:
    case Token.Int8:
    case Token.Int16:
      return CellKind.Int16
    case Token.Int32:
      return CellKind.Int32
    case Token.Int64:
      return CellKind.Int64
    case Token.UInt16:
      return isHigh ? CellKind.Int32 : CellKind.Int16
    case Token.UInt32:
      return isHigh ? CellKind.Int64 : CellKind.Int32
    case Token.UInt64:
      return isHigh ? CellKind.UInt64 : CellKind.Int64
    case Token.Float64:
      return CellKind.Double
    case Token.Str8:
    case Token.Str16:
    case Token.Str32:
      return CellKind.Text
    default:
      return CellKind.Other
  }
}

const NEGATIVE_DOUBLE: usize = Token.Float64 | 0x100
/** The bytes of -0, the lowest first: texts do not tell it from 0. */
const MINUS_ZERO: u64 = 0x80

/** Notes the kinds of the cells of the framed row. */
export function noteCellKinds(): void {
  const width = Plan.width
  for (let i: u32 = 0; i < width; ++i) {
    const at = kinds + (<usize>i << 2)
    const cell = cellAt(i)
    const entry = <usize>load<u8>(cell) | (<usize>(load<u8>(cell, 1) & 0x80) << 1)
    const isMinusZero = entry == NEGATIVE_DOUBLE && load<u64>(cell, 1) == MINUS_ZERO
    store<u32>(at, load<u32>(at) | (isMinusZero ? CellKind.Other : load<u16>(kindOf + (entry << 1))))
  }
}

/** The kinds that came in a column since they were last taken. */
export function takeCellKinds(column: u32): u32 {
  const at = kinds + (<usize>column << 2)
  const found = load<u32>(at)
  store<u32>(at, 0)
  return found
}
