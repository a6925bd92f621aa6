// Finds the end of a row and checks everything about it that does not depend on a format: that it is msgpack, as
// wide as the schema, and within the limits. It can stop at any byte and go on when more bytes are there, so a row
// is looked at once however many chunks it comes in.

import { Input } from './buffers'
import { Failed, Failure } from './failure'
import { allocate } from './memory'
import { Limit, Plan } from './plan'
import { Token, big16, big32 } from './tokens'

export const enum Framed {
  Complete = 0,
  NeedsInput = 1,
  Failed = 2,
}

export class Frame {
  /** A row was begun and has not been completed. */
  static open: bool = false
  /** Where the next value begins: beyond the end of the input while a long text is still on its way. */
  static at: usize = 0
  /** 0 before the row's own header, 1 between its cells, more inside of nested values. */
  static depth: u32 = 0
  /** Cells begun so far. */
  static column: u32 = 0
}

/** For each depth, how many values are still to come: eight bytes, as a map32 holds up to 2^33 of them. */
let stack: usize = 0

/** Where the cells of the framed row begin, in bytes from the beginning of the row. */
let cells: usize = 0

/**
 * For each first byte how long the whole value is where that byte alone decides it, else 0. One look-up instead of
 * a switch for nearly every value of a real result.
 */
let fixedLengths: usize = 0

export function openFrame(): void {
  stack = allocate((<usize>Limit.depth + 2) * 8)
  cells = allocate(<usize>Plan.width * 4)
  fixedLengths = allocate(256)
  memory.fill(fixedLengths, 0, 256)
  for (let t: i32 = 0; t < 0x80; ++t) store<u8>(fixedLengths + t, 1)
  for (let t: i32 = Token.NegativeFixInt; t <= 0xff; ++t) store<u8>(fixedLengths + t, 1)
  for (let n: u32 = 0; n < 32; ++n) setBodyLength(Token.FixStr + n, 1, n)
  store<u8>(fixedLengths + Token.Nil, 1)
  store<u8>(fixedLengths + Token.False, 1)
  store<u8>(fixedLengths + Token.True, 1)
  store<u8>(fixedLengths + Token.Float32, 5)
  store<u8>(fixedLengths + Token.Float64, 9)
  for (let i: u32 = 0; i < 4; ++i) {
    store<u8>(fixedLengths + Token.UInt8 + i, <u8>(1 + (<u32>1 << i)))
    store<u8>(fixedLengths + Token.Int8 + i, <u8>(1 + (<u32>1 << i)))
  }
  for (let i: u32 = 0; i < 5; ++i) setBodyLength(Token.FixExt1 + i, 2, 1 << i)
  Frame.open = false
}

/** A short body that a tiny cell limit forbids is left at 0, for the slow way to refuse. */
function setBodyLength(token: u32, header: usize, body: usize): void {
  if (body <= Limit.cellBytes) store<u8>(fixedLengths + token, <u8>(header + body))
}

/** The address of a cell of the framed row. */
// @ts-ignore: decorator
@inline
export function cellAt(column: u32): usize {
  return Input.row + load<u32>(cells + column * 4)
}

/**
 * The end of the row that begins at `Input.row`, where it is whole and as most rows are: no arrays or maps, no long values. Its
 * cells are known then. Otherwise 0, for {@link frameRow} to look at it.
 */
export function frameUsualRow(): usize {
  const start = Input.row
  const end = Input.end
  let at = start
  if (at + 3 > end) return 0
  let t: i32 = load<u8>(at)
  let width: u32 = t & 0x0f
  if (t >= Token.FixArray && t < Token.FixStr) {
    at += 1
  } else if (t == Token.Array16) {
    width = big16(at + 1)
    at += 3
  } else {
    return 0
  }
  if (width != Plan.width) return 0
  for (let i: u32 = 0; i < width; ++i) {
    if (at >= end) return 0
    store<u32>(cells + i * 4, <u32>(at - start))
    t = load<u8>(at)
    const fixed: usize = load<u8>(fixedLengths + t)
    if (fixed) {
      at += fixed
    } else if (t == Token.Str8) {
      at += 2 + <usize>load<u8>(at, 1)
    } else {
      return 0
    }
  }
  return at > end || at - start > Limit.rowBytes ? 0 : at
}

export function beginFrame(): void {
  Frame.open = true
  Frame.at = Input.row
  Frame.depth = 0
  Frame.column = 0
}

function failed(kind: Failed, column: i32, got: u64): Framed {
  Failure.kind = kind
  Failure.column = column
  Failure.got = got
  return Framed.Failed
}

function needsInput(at: usize, depth: u32, left: u64): Framed {
  Frame.at = at
  Frame.depth = depth
  store<u64>(stack + depth * 8, left)
  return Framed.NeedsInput
}

/** Goes on to the end of the row or of the input. When complete, `Frame.at` is the end of the row. */
export function frameRow(): Framed {
  if (Frame.depth == 0) {
    const status = frameRowHeader()
    if (status != Framed.Complete) return status
  }
  const end = Input.end
  // The first byte the row may not have. No sum here overflows: the loader bounds both limits to 1 GiB.
  const rowEnd = Input.row + Limit.rowBytes
  const stop = min(end, rowEnd)
  let at = Frame.at
  let depth = Frame.depth
  let left = load<u64>(stack + depth * 8)

  while (true) {
    while (left == 0) {
      if (depth == 1) {
        if (at > rowEnd) return failed(Failed.LimitRow, -1, 0)
        if (at > end) return needsInput(at, depth, left)
        Frame.at = at
        Frame.open = false
        return Framed.Complete
      }
      left = load<u64>(stack + --depth * 8)
    }
    if (at >= stop) {
      // At least one more value has to come, and it takes at least one byte.
      if (at >= rowEnd) return failed(Failed.LimitRow, -1, 0)
      return needsInput(at, depth, left)
    }
    if (depth == 1) {
      Frame.column = Plan.width - <u32>left
      store<u32>(cells + Frame.column * 4, <u32>(at - Input.row))
    }
    const t: i32 = load<u8>(at)
    const fixed: usize = load<u8>(fixedLengths + t)
    if (fixed) {
      at += fixed
      left -= 1
      continue
    }

    let header: usize = 1
    let body: u64 = 0
    let items: u64 = 0
    let nested = false
    switch (t) {
      case Token.Bin8:
      case Token.Str8:
        header = 2
        if (at + 2 <= end) body = load<u8>(at, 1)
        break
      case Token.Bin16:
      case Token.Str16:
        header = 3
        if (at + 3 <= end) body = big16(at + 1)
        break
      case Token.Bin32:
      case Token.Str32:
        header = 5
        if (at + 5 <= end) body = big32(at + 1)
        break
      case Token.Ext8:
        header = 3
        if (at + 3 <= end) body = load<u8>(at, 1)
        break
      case Token.Ext16:
        header = 4
        if (at + 4 <= end) body = big16(at + 1)
        break
      case Token.Ext32:
        header = 6
        if (at + 6 <= end) body = big32(at + 1)
        break
      case Token.Array16:
        nested = true
        header = 3
        if (at + 3 <= end) items = big16(at + 1)
        break
      case Token.Array32:
        nested = true
        header = 5
        if (at + 5 <= end) items = big32(at + 1)
        break
      case Token.Map16:
        nested = true
        header = 3
        if (at + 3 <= end) items = <u64>big16(at + 1) * 2
        break
      case Token.Map32:
        nested = true
        header = 5
        if (at + 5 <= end) items = <u64>big32(at + 1) * 2
        break
      case Token.NeverUsed:
        return failed(Failed.NeverUsedByte, Frame.column, 0)
      default:
        if (t >= Token.FixMap && t < Token.FixArray) {
          nested = true
          items = (t & 0x0f) * 2
        } else if (t < Token.FixStr) {
          nested = true
          items = t & 0x0f
        } else {
          // A fixstr or fixext longer than the cell limit.
          return failed(Failed.LimitCell, Frame.column, 0)
        }
    }
    if (at + header > end) return needsInput(at, depth, left)
    at += header
    left -= 1
    if (nested) {
      // The row itself is depth 1, and the limit counts from inside a cell.
      if (depth > Limit.depth) return failed(Failed.LimitDepth, Frame.column, 0)
      // Each element takes at least a byte, so a count alone can be too much.
      if (items > <u64>Limit.rowBytes || at + <usize>items > rowEnd) return failed(Failed.LimitRow, -1, 0)
      store<u64>(stack + depth * 8, left)
      depth += 1
      left = items
    } else {
      if (body > <u64>Limit.cellBytes) return failed(Failed.LimitCell, Frame.column, body)
      at += <usize>body
    }
  }
}

/** The row's own array header. */
function frameRowHeader(): Framed {
  const at = Input.row
  const end = Input.end
  if (at >= end) return Framed.NeedsInput
  const t: i32 = load<u8>(at)
  let header: usize = 1
  let items: u32 = 0
  if (t >= Token.FixArray && t < Token.FixStr) {
    items = t & 0x0f
  } else if (t == Token.Array16) {
    header = 3
    if (at + 3 > end) return Framed.NeedsInput
    items = big16(at + 1)
  } else if (t == Token.Array32) {
    header = 5
    if (at + 5 > end) return Framed.NeedsInput
    items = big32(at + 1)
  } else if (t == Token.NeverUsed) {
    return failed(Failed.NeverUsedByte, -1, 0)
  } else {
    return failed(Failed.RowShape, -1, t)
  }
  if (items > Limit.columns) return failed(Failed.LimitColumns, -1, items)
  if (items != Plan.width) return failed(Failed.RowWidth, -1, items)
  Frame.at = at + header
  Frame.depth = 1
  store<u64>(stack + 8, items)
  return Framed.Complete
}
