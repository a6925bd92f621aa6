// Rows as msgpack again, when the plan changes something. Cells go out byte for byte, unless they are cast.

import { Input, Output } from './buffers'
import { Frame, cellAt } from './frame'
import { LongText, beginLongText, continueLongText } from './long-text'
import { Cast, Plan, PlanColumn, isTextCast, planColumn } from './plan'
import { Row, Written, noteText, valueOf } from './rows'
import { TextStatus } from './text-state'
import { Token, integerLength, isFixStr, isInteger } from './tokens'

/** The rest of a cell that did not fit. */
class Rest {
  static at: usize = 0
  static bytes: usize = 0
}

/** The framed row from {@link Row} on. */
export function putPackedRow(): Written {
  const columns = Plan.columns
  if (Row.column == 0 && !Row.inCell) {
    if (Output.at > Output.safe) return Written.Full
    Output.at = putArrayHeader(Output.at, columns)
  }
  while (Row.column < columns) {
    if (Output.at > Output.safe) return Written.Full
    const column = planColumn(Row.column)
    const status = isText(column) ? putText(column) : putBytes(column)
    if (status != Written.Done) return status
    Row.column += 1
  }
  return Written.Done
}

/** Whether the cell is to become a text and is none, not even after the cast of numbers and booleans. */
function isText(column: PlanColumn): bool {
  if (!isTextCast(column.cast)) return false
  const t: i32 = load<u8>(cellAt(column.source))
  if (t < Token.FixStr) return t > Token.PositiveFixIntLast // Arrays and maps.
  if (t >= Token.Array16 && t <= Token.Map32) return true
  // Bytes and extensions have a text, but no JSON.
  if (column.cast == Cast.Json) return false
  return (t >= Token.Bin8 && t <= Token.Ext32) || (t >= Token.FixExt1 && t <= Token.FixExt16)
}

function putText(column: PlanColumn): Written {
  if (!Row.inCell) {
    const status = beginLongText(cellAt(column.source), false)
    if (status != TextStatus.Done) return noteText(status, column)
    // A text of more than 4 GiB has no form in msgpack; a row within its limit does not come near.
    Output.at = putStrHeader(Output.at, <u32>LongText.length)
    Row.inCell = true
  }
  const status = continueLongText()
  if (status == TextStatus.Full) return Written.Full
  if (status != TextStatus.Done) return noteText(status, column)
  Row.inCell = false
  return Written.Done
}

function putBytes(column: PlanColumn): Written {
  if (!Row.inCell) {
    const value = valueOf(column)
    if (value == 0) return Written.Failed
    Rest.at = value
    Rest.bytes = lengthOf(value, column.source)
    if (Output.at + Rest.bytes > Output.end && Row.output != Output.start) return Written.Full
    Row.inCell = true
  }
  const bytes = min(Rest.bytes, Output.end - Output.at)
  memory.copy(Output.at, Rest.at, bytes)
  Output.at += bytes
  Rest.at += bytes
  Rest.bytes -= bytes
  if (Rest.bytes) return Written.Full
  Row.inCell = false
  return Written.Done
}

/** The whole length of a cell, or of the small value that a cast made of it. */
function lengthOf(value: usize, source: u32): usize {
  if (value >= Input.base) return (source + 1 < Plan.width ? cellAt(source + 1) : Frame.at) - value
  const t: i32 = load<u8>(value)
  if (isInteger(t)) return integerLength(t)
  if (t == Token.Float64) return 9
  if (t == Token.Str8) return 2 + <usize>load<u8>(value, 1)
  return isFixStr(t) ? 1 + (t & 0x1f) : 1
}

function putArrayHeader(op: usize, count: u32): usize {
  if (count < 16) {
    store<u8>(op, <u8>(Token.FixArray | count))
    return op + 1
  }
  if (count <= u16.MAX_VALUE) {
    store<u8>(op, Token.Array16)
    store<u16>(op, bswap<u16>(<u16>count), 1)
    return op + 3
  }
  store<u8>(op, Token.Array32)
  store<u32>(op, bswap<u32>(count), 1)
  return op + 5
}

export function putStrHeader(op: usize, bytes: u32): usize {
  if (bytes < 32) {
    store<u8>(op, <u8>(Token.FixStr | bytes))
    return op + 1
  }
  if (bytes <= u8.MAX_VALUE) {
    store<u8>(op, Token.Str8)
    store<u8>(op, <u8>bytes, 1)
    return op + 2
  }
  if (bytes <= u16.MAX_VALUE) {
    store<u8>(op, Token.Str16)
    store<u16>(op, bswap<u16>(<u16>bytes), 1)
    return op + 3
  }
  store<u8>(op, Token.Str32)
  store<u32>(op, bswap<u32>(bytes), 1)
  return op + 5
}
