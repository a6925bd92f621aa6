// Rows as JSON objects: one a line (ndjson), or the elements of an array, one a line too (json). The array's brackets
// are the loader's.

import { Input, Output } from './buffers'
import { anyColumn, putDouble } from './doubles'
import { Hints } from './hints'
import { putEscaped } from './escape'
import { putU16, putU32, putU64, putU8 } from './integers'
import { putJson } from './json'
import { copyLoose } from './memory'
import { nullRun } from './nulls'
import { copyTwo } from './plain'
import { Cast, Format, Limit, Plan, PlanColumn, planColumn, shapeOf, isTextCast } from './plan'
import { Row, Rows, Written, noteText, valueOf } from './rows'
import { beginJson, beginText, putJsonText, runText } from './text'
import { Text, TextStatus, putBoolean } from './text-state'
import { Token, big16, big32, big64, bigDouble, isFixStr } from './tokens'

/** Bytes of `null`. */
const NULL_LENGTH: usize = 4

/** Bytes of NULLs and keys that may be written at once: well below what the loader keeps in reserve. */
const LONGEST_RUN: usize = 4096

/** The hot loop; see delimited.ts, it works the same way. */
export function putObjectRows(): void {
  const end = Input.end
  const safe = Output.safe
  const width = Plan.width
  // No fixarray holds sixteen cells.
  const short = width < 16 ? Token.FixArray | <i32>width : Token.NeverUsed
  const limit = Limit.rows
  const rowBytes = Limit.rowBytes
  const hints = Hints.doubles
  const below = i8x16.splat(0x20)
  const quote = i8x16.splat(0x22)
  const backslash = i8x16.splat(0x5c)
  // Beyond it integers may have to be quoted.
  const most: u64 = Plan.quoteIntegers ? 0x001fffffffffffff : u64.MAX_VALUE

  let row = Input.row
  let done = Rows.done
  let op = Output.at
  while (row < end && done < limit) {
    let at = row
    const t0: i32 = load<u8>(at)
    if (t0 == short) at += 1
    else if (t0 == Token.Array16 && big16(at + 1) == width) at += 3
    else break
    const replaced = Text.replaced
    op = putSeparator(op, done)
    let i: u32 = 0
    for (; i < width; ++i) {
      if (at >= end || op > safe) break
      const column = planColumn(i)
      op = putKey(op, column)
      const t: i32 = load<u8>(at)
      let src: usize
      let bytes: usize
      if (isFixStr(t)) {
        bytes = t & 0x1f
        src = at + 1
        store<u8>(op++, 0x22)
        const hits = copyTwo(op, src, below, quote, backslash) & ((1 << <u32>bytes) - 1)
        op = hits ? putEscaped(op, src, bytes, 0) : op + bytes
      } else if (t == Token.Str8) {
        bytes = load<u8>(at, 1)
        src = at + 2
        store<u8>(op, 0x22)
        op = putJsonText(op + 1, src, bytes)
      } else {
        if (t <= Token.PositiveFixIntLast) {
          op = putU8(op, t)
          at += 1
          continue
        }
        switch (t) {
          case Token.Nil: {
            // Behind each key stands `null`, so a run of NULLs and what is between them is one text.
            const from = column.keyAt + column.keyLength
            let run = nullRun(at, width - i)
            const last = planColumn(i + run - 1)
            let length = last.keyAt + last.keyLength + NULL_LENGTH - from
            if (length > LONGEST_RUN) {
              run = 1
              length = NULL_LENGTH
            }
            copyLoose(from, length, op)
            op += length
            at += run
            i += run - 1
            continue
          }
          case Token.False:
          case Token.True:
            op = putBoolean(op, t)
            at += 1
            continue
          case Token.UInt8:
            op = putU8(op, load<u8>(at, 1))
            at += 2
            continue
          case Token.UInt16:
            op = putU16(op, big16(at + 1))
            at += 3
            continue
          case Token.UInt32:
            op = putU32(op, big32(at + 1))
            at += 5
            continue
          case Token.UInt64: {
            const x = big64(at + 1)
            if (x > most) break
            op = putU64(op, x)
            at += 9
            continue
          }
          case Token.Float64: {
            const value = bigDouble(at + 1)
            if (value - value != 0) break // NaN and the infinities.
            op = putDouble(op, value, hints + i)
            at += 9
            continue
          }
        }
        const shape = shapeOf(i)
        const quick: usize = shape ? 0 : putJson(op, at, hints + i)
        if (quick) {
          op = quick
          at = Text.at
          continue
        }
        beginJson(at, shape)
        op = runText(op, Output.end)
        if (Text.status != TextStatus.Done) break
        at = Text.at
        continue
      }
      at = src + bytes
      if (op == 0) break
      store<u8>(op++, 0x22)
    }
    if (i < width || at > end || at - row > rowBytes) {
      Text.replaced = replaced
      break
    }
    op = putRowEnd(op)
    row = at
    done += 1
    Output.at = op
  }
  Input.row = row
  Rows.done = done
}

/** The framed row, cell by cell, from {@link Row} on: any plan, any size. */
export function putObjectRow(): Written {
  const columns = Plan.columns
  if (columns == 0) {
    if (Output.at > Output.safe) return Written.Full
    Output.at = putSeparator(Output.at, Rows.done)
    store<u8>(Output.at++, 0x7b)
  }
  while (Row.column < columns) {
    if (Output.at > Output.safe) return Written.Full
    const column = planColumn(Row.column)
    if (!Row.inCell) {
      const value = valueOf(column)
      if (value == 0) return Written.Failed
      if (Row.column == 0) Output.at = putSeparator(Output.at, Rows.done)
      Output.at = putKey(Output.at, column)
      const shape = shapeOf(Row.column)
      const quick: usize = shape || column.cast != Cast.None ? 0 : putJson(Output.at, value, anyColumn)
      if (quick) {
        Output.at = quick
        Row.column += 1
        continue
      }
      if (isTextCast(column.cast) && load<u8>(value) != Token.Nil) beginText(value, 0)
      else beginJson(value, shape)
      Row.inCell = true
    }
    Output.at = runText(Output.at, Output.end)
    if (Text.status == TextStatus.Full) return Written.Full
    if (Text.status != TextStatus.Done) return noteText(Text.status, column)
    Row.inCell = false
    Row.column += 1
  }
  Output.at = putRowEnd(Output.at)
  return Written.Done
}

// @ts-ignore: decorator
@inline
function putKey(op: usize, column: PlanColumn): usize {
  copyLoose(column.keyAt, column.keyLength, op)
  return op + column.keyLength
}

/** The bytes before a row: in an array the end of the previous line, with a comma after the first row. */
// @ts-ignore: decorator
@inline
function putSeparator(op: usize, done: u64): usize {
  if (Plan.format == Format.Ndjson) return op
  if (done) store<u8>(op++, 0x2c)
  store<u8>(op, 0x0a)
  return op + 1
}

// @ts-ignore: decorator
@inline
function putRowEnd(op: usize): usize {
  store<u8>(op++, 0x7d)
  if (Plan.format == Format.Ndjson) store<u8>(op++, 0x0a)
  return op
}
