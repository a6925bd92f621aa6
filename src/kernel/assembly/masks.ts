// Rows as msgpack with some cells masked: personal data ends here, and nothing behind this knows what it was. All other cells
// go out byte for byte. docs/formats.md says what each mask makes.

import { Input, Output } from './buffers'
import { castValue } from './cast'
import { Failed, Failure } from './failure'
import { Frame, cellAt, frameUsualRow } from './frame'
import { HEX, LONGEST, addToHmac, beginHmac, endHmac, finishHashes, hashText } from './hmac'
import { copyLoose } from './memory'
import { putStrHeader } from './packed'
import { Cast, Limit, Mask, Plan, PlanColumn, planColumn } from './plan'
import { Row, Rows, Written } from './rows'
import { Scratch } from './scratch'
import { beginText, runText } from './text'
import { Text, TextStatus } from './text-state'
import { Token, isFixStr, isInteger } from './tokens'
import { isUtf8 } from './utf8'

const STAR: u8 = 0x2a

/** `***` in a msgpack text. */
const REDACTED: u32 = 0x2a2a2aa3
const REDACTED_BYTES: usize = 4

/** Characters that `last4` leaves. */
const SHOWN: usize = 4

/** The most bytes of these. */
const SHOWN_BYTES: usize = 4 * SHOWN

/** The bytes before a hash: the header of a text of 64 bytes. */
const HASH_HEAD: u16 = 0x40d9

/** The largest growth of a masked cell: a hash in the place of an integer of one byte. */
const GROWTH: usize = HEX + 2

/** The hot loop: gives up before a row at anything unusual. */
export function putMaskedRows(): void {
  const columns = Plan.columns
  const growth = <usize>columns * GROWTH
  while (Rows.done < Limit.rows) {
    const end = frameUsualRow()
    if (end == 0) break
    const row = Input.row
    if (Output.at + (end - row) + growth > Output.end) break
    const op = putUsualRow(row, end, columns)
    // Hashes that wait go behind what is written, and are written over.
    if (op == 0) break
    Output.at = op
    Rows.done += 1
    Input.row = end
  }
  finishHashes()
}

/** Returns 0 for a row with a value that takes more care. */
function putUsualRow(row: usize, end: usize, columns: u32): usize {
  let op = Output.at
  let from = row
  for (let i: u32 = 0; i < columns; ++i) {
    const column = planColumn(i)
    const at = cellAt(column.source)
    const t: i32 = load<u8>(at)
    if (t == Token.Nil) continue
    copyLoose(from, at - from, op)
    op += at - from
    from = column.source + 1 < Plan.width ? cellAt(column.source + 1) : end
    if (column.mask == Mask.Nothing) {
      store<u8>(op++, Token.Nil)
      continue
    }
    if (column.mask == Mask.Redact) {
      store<u32>(op, REDACTED)
      op += REDACTED_BYTES
      continue
    }
    let src = at
    let head = t
    if (!isFixStr(t) && t != Token.Str8) {
      const isScalar = isInteger(t) || t == Token.Float64 || t == Token.Float32 || t == Token.True || t == Token.False
      if (!isScalar) return 0
      src = castValue(at, Cast.Varchar)
      head = load<u8>(src)
    }
    const bytes: usize = isFixStr(head) ? <usize>(head & 0x1f) : <usize>load<u8>(src, 1)
    src += isFixStr(head) ? 1 : 2
    if (!isUtf8(src, bytes)) return 0
    op = column.mask == Mask.Hmac ? putHash(op, src, bytes) : putLastFour(op, src, bytes)
  }
  copyLoose(from, end - from, op)
  return op + (end - from)
}

// @ts-ignore: decorator
@inline
function putHash(op: usize, src: usize, bytes: usize): usize {
  store<u16>(op, HASH_HEAD)
  op += 2
  if (bytes <= LONGEST) {
    hashText(src, bytes, op)
  } else {
    beginHmac()
    addToHmac(src, bytes)
    endHmac(op)
  }
  return op + HEX
}

function putLastFour(op: usize, src: usize, bytes: usize): usize {
  const characters = charactersOf(src, bytes)
  const shown = shownOf(src, bytes, characters)
  const stars = characters > SHOWN ? characters - SHOWN : characters
  op = putStrHeader(op, <u32>(stars + shown))
  memory.fill(op, STAR, stars)
  op += stars
  memory.copy(op, src + bytes - shown, shown)
  return op + shown
}

/** Code points of UTF-8. */
function charactersOf(src: usize, bytes: usize): usize {
  let count: usize = 0
  for (let i: usize = 0; i < bytes; ++i) count += <usize>((load<u8>(src + i) & 0xc0) != 0x80)
  return count
}

/** Bytes at the end that stay. */
function shownOf(src: usize, bytes: usize, characters: usize): usize {
  if (characters <= SHOWN) return 0
  let shown: usize = 0
  for (let left = SHOWN; left > 0; left -= <usize>((load<u8>(src + bytes - shown) & 0xc0) != 0x80)) ++shown
  return shown
}

/** The rest of the current step: bytes, then stars, then bytes again. */
class Rest {
  static at: usize = 0
  static bytes: usize = 0
  static stars: u64 = 0
  static shown: usize = 0
}

/** A masked value, or the header of one with stars; and the end of that. */
const made = memory.data(80, 16)
const shownAt = memory.data(16, 16)

/**
 * The framed row from {@link Row} on, in steps: what stands before each masked cell, that cell, and what stands behind the last
 * of them.
 */
export function putMaskedRow(): Written {
  const steps: u32 = 2 * Plan.columns + 1
  while (Row.column < steps) {
    if (!Row.inCell) {
      if (Output.at > Output.safe) return Written.Full
      if (!beginStep(Row.column)) return Written.Failed
      Row.inCell = true
    }
    if (!putRest()) return Written.Full
    Row.inCell = false
    Row.column += 1
  }
  return Written.Done
}

function beginStep(step: u32): bool {
  Rest.stars = 0
  Rest.shown = 0
  const i = step >> 1
  if (step & 1) return beginMasked(planColumn(i))
  Rest.at = i == 0 ? Input.row : endOf(planColumn(i - 1))
  Rest.bytes = (i == Plan.columns ? Frame.at : cellAt(planColumn(i).source)) - Rest.at
  return true
}

function endOf(column: PlanColumn): usize {
  return column.source + 1 < Plan.width ? cellAt(column.source + 1) : Frame.at
}

function beginMasked(column: PlanColumn): bool {
  const at = cellAt(column.source)
  Rest.at = made
  if (load<u8>(at) == Token.Nil || column.mask == Mask.Nothing) {
    store<u8>(made, Token.Nil)
    Rest.bytes = 1
    return true
  }
  if (column.mask == Mask.Redact) {
    store<u32>(made, REDACTED)
    Rest.bytes = REDACTED_BYTES
    return true
  }
  return column.mask == Mask.Hmac ? beginHash(column, at) : beginLastFour(column, at)
}

function beginHash(column: PlanColumn, at: usize): bool {
  beginHmac()
  beginText(at, -1)
  do {
    const bytes = nextPart(column)
    if (bytes < 0) return false
    addToHmac(Scratch.start, bytes)
  } while (Text.status == TextStatus.Full)
  store<u16>(made, HASH_HEAD)
  endHmac(made + 2)
  Rest.bytes = HEX + 2
  return true
}

function beginLastFour(column: PlanColumn, at: usize): bool {
  let characters: u64 = 0
  /** The end of the text so far, and how much of that. */
  let kept: usize = 0
  beginText(at, -1)
  do {
    const bytes = nextPart(column)
    if (bytes < 0) return false
    characters += charactersOf(Scratch.start, bytes)
    const taken = min<usize>(bytes, SHOWN_BYTES)
    const stays = min(kept, SHOWN_BYTES - taken)
    memory.copy(shownAt, shownAt + kept - stays, stays)
    memory.copy(shownAt + stays, Scratch.start + bytes - taken, taken)
    kept = stays + taken
  } while (Text.status == TextStatus.Full)
  const shown = shownOf(shownAt, kept, characters > SHOWN ? SHOWN + 1 : SHOWN)
  memory.copy(shownAt, shownAt + kept - shown, shown)
  Rest.shown = shown
  Rest.stars = characters > SHOWN ? characters - SHOWN : characters
  Rest.bytes = putStrHeader(made, <u32>(Rest.stars + shown)) - made
  return true
}

/** The next part of the text in the scratch; -1 when it cannot be written. A failure shows nothing of the value. */
function nextPart(column: PlanColumn): isize {
  const bytes = runText(Scratch.start, Scratch.end) - Scratch.start
  if (Text.status <= TextStatus.Full) return bytes
  Failure.kind = Failed.KeyDepth
  Failure.column = column.source
  Failure.textLength = 0
  return -1
}

/** False when the output is full. */
function putRest(): bool {
  const bytes = min(Rest.bytes, Output.end - Output.at)
  memory.copy(Output.at, Rest.at, bytes)
  Output.at += bytes
  Rest.at += bytes
  Rest.bytes -= bytes
  const stars = <usize>min<u64>(Rest.stars, Output.end - Output.at)
  memory.fill(Output.at, STAR, stars)
  Output.at += stars
  Rest.stars -= stars
  if (Rest.bytes || Rest.stars || Output.at + Rest.shown > Output.end) return false
  memory.copy(Output.at, shownAt, Rest.shown)
  Output.at += Rest.shown
  return true
}
