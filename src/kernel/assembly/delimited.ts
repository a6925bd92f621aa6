// Rows as csv and tsv lines. CSV is quoted as in https://www.rfc-editor.org/rfc/rfc4180#section-2.

import { Input, Output } from './buffers'
import { END_OF_DATA, equalsNull, firstMarker, mostForCell, putCellText, putRestOfCell, putScalarEnd, secondMarker, wantsQuotes } from './cell-text'
import { anyColumn, putDouble } from './doubles'
import { Quote } from './escape'
import { Hints } from './hints'
import { putI64, putU16, putU32, putU64, putU8 } from './integers'
import { putJson } from './json'
import { beginLongText, continueLongText, putCellBegin } from './long-text'
import { copyLoose } from './memory'
import { nullRun } from './nulls'
import { copyTwo, putPlain } from './plain'
import { Format, Limit, Plan, Quoting, planColumn } from './plan'
import { Row, Rows, Written, noteText, valueOf } from './rows'
import { Scratch } from './scratch'
import { beginText, runText } from './text'
import { Text, TextStatus, putBoolean } from './text-state'
import { Token, big16, big32, big64, bigDouble, integerLength, isFixStr, isInteger, readFloat, readInteger } from './tokens'
import { isValid } from './utf8'

/** For texts of each length below 32 a bit for each byte that is looked at, and {@link CLOSER} where that is not enough. */
const shortMasks = memory.data(32 * 4, 16)

/** Set where the length alone asks for a closer look. No text of fewer than 32 bytes has a byte for it. */
const CLOSER: u32 = 0x80000000

export function openDelimited(): void {
  for (let bytes: u32 = 0; bytes < 32; ++bytes) {
    store<u32>(shortMasks + (bytes << 2), ((1 << bytes) - 1) | (wantsCloserLook(bytes) ? CLOSER : 0))
  }
}

/**
 * Empty texts, those as long as the text for NULL, and those as long as `\.` where it would be a line; all of them where
 * quotes or apostrophes are wanted.
 */
// @ts-ignore: decorator
@inline
function wantsCloserLook(bytes: usize): bool {
  if (bytes == 0 || bytes == Plan.nullLength || Plan.escapeFormulas || Plan.quoting != Quoting.Minimal) return true
  return bytes == END_OF_DATA && Plan.format == Format.Csv && Plan.width == 1
}

/**
 * The hot loop: whole rows straight from the input, for plans that change nothing. It frames, checks and writes in
 * one go and looks ahead as little as it can: beyond the end of the input stand readable bytes, so only long bodies
 * are compared with the end, and the row as a whole when it is done.
 *
 * Any unusual case (the end of the input, a full output, a failure of any kind) ends the loop before
 * the row; the careful way then finds out what it was.
 */
export function putDelimitedRows(): void {
  const end = Input.end
  const safe = Output.safe
  const width = Plan.width
  // No fixarray holds sixteen cells.
  const short = width < 16 ? Token.FixArray | <i32>width : Token.NeverUsed
  const limit = Limit.rows
  const below = i8x16.splat(0x0e) // LF and CR, and for tsv the tab.
  const one = firstMarker()
  const other = secondMarker()
  const delimiter = Plan.delimiter
  const nullLength = Plan.nullLength
  const crlf = Plan.crlf
  const rowBytes = Limit.rowBytes
  const hints = Hints.doubles

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
    let left = width
    for (; left; --left) {
      if (at >= end || op > safe) break
      const t: i32 = load<u8>(at)
      let src: usize
      let bytes: usize
      let plain: usize = 0
      if (isFixStr(t)) {
        bytes = t & 0x1f
        src = at + 1
        const hits = copyTwo(op, src, below, one, other)
        if (((hits | CLOSER) & load<u32>(shortMasks + (bytes << 2))) == 0) {
          op += bytes
          at = src + bytes
          store<u8>(op++, delimiter)
          continue
        }
      } else if (t == Token.Str8) {
        bytes = load<u8>(at, 1)
        src = at + 2
        plain = putPlain(op, src, bytes, below, one, other)
      } else {
        if (t <= Token.PositiveFixIntLast) {
          op = putU8(op, t)
          at += 1
        } else {
          switch (t) {
            case Token.Nil:
              if (nullLength) {
                op = putNull(op)
                at += 1
              } else {
                // Of NULL there is nothing but the delimiters, and one of them is written below.
                const run = nullRun(at, left)
                v128.store(op, i8x16.splat(delimiter))
                op += run - 1
                at += run
                left -= run - 1
              }
              break
            case Token.False:
            case Token.True:
              op = putBoolean(op, t)
              at += 1
              break
            case Token.Float64:
              op = putDouble(op, bigDouble(at + 1), hints + left)
              at += 9
              break
            case Token.UInt8:
              op = putU8(op, load<u8>(at, 1))
              at += 2
              break
            case Token.UInt16:
              op = putU16(op, big16(at + 1))
              at += 3
              break
            case Token.UInt32:
              op = putU32(op, big32(at + 1))
              at += 5
              break
            case Token.UInt64:
              op = putU64(op, big64(at + 1))
              at += 9
              break
            default:
              op = putCell(op, at, false)
              at = Text.at
          }
          if (op == 0) break
        }
        store<u8>(op++, delimiter)
        continue
      }
      at = src + bytes
      // Texts of up to 255 bytes have their room, see Output.safe, and no limit so low is left to this loop.
      if (wantsCloserLook(bytes)) {
        if (!isValid(src, bytes)) break
        op = putCellText(op, src, bytes, false)
        if (op == 0) break
      } else if (plain == bytes) {
        op += bytes
      } else {
        op = putRestOfCell(op, src, bytes, plain)
        if (op == 0) break
      }
      store<u8>(op++, delimiter)
    }
    if (left || at > end || at - row > rowBytes) {
      Text.replaced = replaced
      break
    }
    // The last delimiter gives way to the end of the line.
    op -= 1
    if (crlf) store<u8>(op++, 0x0d)
    store<u8>(op++, 0x0a)
    row = at
    done += 1
    Output.at = op
  }
  Input.row = row
  Rows.done = done
}

/** The framed row, cell by cell, from {@link Row} on: any plan, any size. */
export function putDelimitedRow(): Written {
  const columns = Plan.columns
  while (Row.column < columns) {
    if (Output.at > Output.safe) return Written.Full
    const column = planColumn(Row.column)
    if (!Row.inCell) {
      const value = valueOf(column)
      if (value == 0) return Written.Failed
      const replaced = Text.replaced
      const op = putCell(Output.at, value, column.isDecimal != 0)
      if (op) {
        Output.at = op
      } else {
        Text.replaced = replaced
        if (Text.status != TextStatus.Full) return noteText(Text.status, column)
        // With the rows before it out of the way it may fit.
        if (Row.output != Output.start) return Written.Full
        const status = beginLongText(value, isNested(load<u8>(value)))
        if (status != TextStatus.Done) return noteText(status, column)
        putCellBegin()
        Row.inCell = true
      }
    }
    if (Row.inCell) {
      const status = continueLongText()
      if (status == TextStatus.Full) return Written.Full
      if (status != TextStatus.Done) return noteText(status, column)
      Row.inCell = false
    }
    Output.at = putDelimiter(Output.at)
    Row.column += 1
  }
  if (columns) Output.at -= Plan.delimiterLength // The last delimiter gives way to the end of the line.
  if (Plan.crlf) store<u8>(Output.at++, 0x0d)
  store<u8>(Output.at++, 0x0a)
  return Written.Done
}

// @ts-ignore: decorator
@inline
function putDelimiter(op: usize): usize {
  copyLoose(Plan.delimiterAt, Plan.delimiterLength, op)
  return op + Plan.delimiterLength
}

// @ts-ignore: decorator
@inline
function putNull(op: usize): usize {
  copyLoose(Plan.nullAt, Plan.nullLength, op)
  return op + Plan.nullLength
}

/**
 * Any value as a cell, a text of a decimal as the number it is; `Text.at` is then its end. Returns 0 when it could not be written, and `Text.status` says why;
 * `Full` means that it takes more room than there is, or more than the scratch.
 */
function putCell(op: usize, at: usize, isDecimal: bool): usize {
  const t: i32 = load<u8>(at)
  if (isInteger(t)) {
    Text.at = at + integerLength(t)
    const x = readInteger(at, t)
    return putScalarEnd(op, t == Token.UInt64 ? putU64(op, x) : putI64(op, <i64>x))
  }
  let src: usize = 0
  let bytes: usize = 0
  switch (t) {
    case Token.Nil:
      Text.at = at + 1
      return putNull(op)
    case Token.False:
    case Token.True:
      Text.at = at + 1
      return putScalarEnd(op, putBoolean(op, t))
    case Token.Float32:
      Text.at = at + 5
      return putNumberEnd(op, putDouble(op, readFloat(at, t), anyColumn))
    case Token.Float64:
      Text.at = at + 9
      return putNumberEnd(op, putDouble(op, readFloat(at, t), anyColumn))
    case Token.Str8:
      bytes = load<u8>(at, 1)
      src = at + 2
      break
    case Token.Str16:
      bytes = big16(at + 1)
      src = at + 3
      break
    case Token.Str32:
      bytes = big32(at + 1)
      src = at + 5
      break
    default:
      if (isFixStr(t)) {
        bytes = t & 0x1f
        src = at + 1
      }
  }
  if (src && bytes <= Limit.cellBytes && src + bytes <= Input.end && op + mostForCell(bytes) <= Output.end) {
    if (isValid(src, bytes)) {
      Text.at = src + bytes
      if (isDecimal && isNumeral(src, bytes)) {
        copyLoose(src, bytes, op)
        return putNumberEnd(op, op + bytes)
      }
      return putCellText(op, src, bytes, false)
    }
  }
  if (Plan.format == Format.Csv && isNested(t) && !Plan.escapeFormulas) return putQuotedJson(op, at)
  // Bytes, extensions, texts to be repaired, and what tsv escapes once more.
  beginText(at, -1)
  bytes = runText(Scratch.start, Scratch.end) - Scratch.start
  if (Text.status != TextStatus.Done) return 0
  if (op + mostForCell(bytes) > Output.end) {
    Text.status = TextStatus.Full
    return 0
  }
  return putCellText(op, Scratch.start, bytes, isNested(t))
}

/** After a number that may have a point. */
function putNumberEnd(op: usize, end: usize): usize {
  if (Plan.decimalComma) {
    for (let at = op; at < end; ++at) if (load<u8>(at) == 0x2e) store<u8>(at, 0x2c)
  }
  return putScalarEnd(op, end)
}

/** Digits with at most one point between them, and perhaps a sign before them. */
function isNumeral(src: usize, bytes: usize): bool {
  const end = src + bytes
  const first = bytes > 0 ? load<u8>(src) : 0
  if (first == 0x2d || first == 0x2b) src += 1
  let points = 0
  let before = false
  for (; src < end; ++src) {
    const c = load<u8>(src)
    if (c == 0x2e && before && points == 0) points += 1
    else if (c < 0x30 || c > 0x39) return false
    before = c != 0x2e
  }
  return before
}

// @ts-ignore: decorator
@inline
function isNested(t: i32): bool {
  return (t > Token.PositiveFixIntLast && t < Token.FixStr) || (t >= Token.Array16 && t <= Token.Map32)
}

/** An array or map in csv: its JSON with each quote twice, and in quotes unless they turn out not to be needed. */
function putQuotedJson(op: usize, at: usize): usize {
  store<u8>(op, 0x22)
  Quote.times = 2
  let end = putJson(op + 1, at, anyColumn)
  if (end == 0) {
    beginText(at, -1)
    end = runText(op + 1, Output.end)
    if (Text.status != TextStatus.Done) {
      Quote.times = 1
      return 0
    }
  }
  Quote.times = 1
  const bytes = end - op - 1
  // Where there is no quote, none was doubled.
  if (wantsQuotes(op + 1, bytes) || equalsNull(op + 1, bytes)) {
    store<u8>(end, 0x22)
    return end + 1
  }
  memory.copy(op, op + 1, bytes)
  return op + bytes
}
