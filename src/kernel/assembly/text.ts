// Any msgpack value as text: as JSON, or as the text a csv cell holds. This is the general way, for everything the
// hot loops do not write themselves. It keeps its own stack, so depth costs no recursion, and it can stop after any
// token, or inside a long text, when the output is full, and go on later.
//
// A value is written in one of two ways:
// - as JSON at a level (see escape.ts): numbers bare, texts in quotes;
// - as text at a level: a text in quotes whatever the value is, `true` as "true", [1] as "[1]". Map keys are written
//   like that when they are not texts, as JSON wants, and so is what is cast to varchar. At level -1 the quotes are
//   not written either: that is the text of a csv or tsv cell.

import { Input } from './buffers'
import { anyColumn, putDouble } from './doubles'
import { DEEPEST_LEVEL, putEscaped, putQuote } from './escape'
import { putI64, putU64, putU8 } from './integers'
import { Level, LevelKind, levelAt, openLevels, takeShape } from './levels'
import { copyLoose } from './memory'
import { putPlain } from './plain'
import { Limit, Plan, Special } from './plan'
import { Shape, fieldOf, shapeOfMember } from './shapes'
import { Body, BodyKind, PART, beginBody, isPresent, openBodies, putBodyEnd, putBodyPart } from './text-body'
import { putExt } from './text-extension'
import { TOKEN_ROOM, Text, TextStatus, putBoolean, stop } from './text-state'
import { Token, big16, big32, bigDouble, integerLength, isBeyondDouble, isFixStr, isInteger, readFloat, readInteger } from './tokens'

let depth: u32 = 0
let baseLevel: i32 = 0
let baseAsText = false
let baseShape: usize = 0

/** The shape of the value that begins next; see shapes.ts. */
let nextShape: usize = 0

export function openText(): void {
  openLevels()
  openBodies()
}

/** Starts on a value as JSON, with the options of the plan; `shape` names the fields of its rows, or is 0. */
export function beginJson(at: usize, shape: usize): void {
  begin(at, false, 0)
  baseShape = shape
  Text.special = Plan.special
  Text.quoteIntegers = Plan.quoteIntegers
}

/** Starts on a value as text, at level -1 bare, at 0 as a JSON string. */
export function beginText(at: usize, level: i32): void {
  begin(at, true, level)
  Text.special = Special.String
  Text.quoteIntegers = false
}

function begin(at: usize, asText: bool, level: i32): void {
  Text.at = at
  depth = 0
  baseAsText = asText
  baseLevel = level
  baseShape = 0
  Body.kind = BodyKind.None
}

/** Writes until the value ends or `limit` is near; returns where it stopped. `Text.status` says why. */
export function runText(op: usize, limit: usize): usize {
  Text.status = TextStatus.Done
  while (true) {
    if (op + TOKEN_ROOM > limit) return stop(op, TextStatus.Full)
    if (Body.kind != BodyKind.None) op = Body.left ? putBodyPart(op, limit) : putFinished(putBodyEnd(op))
    else if (depth == 0) op = putShaped(op, limit, baseShape, baseLevel, baseAsText)
    else if (levelAt(depth - 1).left == 0) op = putLevelEnd(op)
    else if (levelAt(depth - 1).shape == 0) op = putItems(op, limit, levelAt(depth - 1))
    else op = putShapedItems(op, limit, levelAt(depth - 1))
    if (Text.status != TextStatus.Done) return op
    // Nothing is open, so the value is complete.
    if (depth == 0 && Body.kind == BodyKind.None) return op
  }
}

/** After a value that is finished: what stands before the next one of the array or map it belongs to. */
function putFinished(op: usize): usize {
  return depth ? putSeparator(op, levelAt(depth - 1)) : op
}

/** Counts a value that is finished, and writes what stands before the next one. */
// @ts-ignore: decorator
@inline
function putSeparator(op: usize, open: Level): usize {
  const left = open.left - 1
  open.left = left
  if (left == 0) return op
  // In a map keys and values take turns, and an even number of them is left before a key.
  store<u8>(op, open.kind & 1 && left & 1 ? 0x3a : 0x2c) // : or ,
  return op + 1
}

/**
 * Values of one array or map, one after the other, until it ends or something opens within it. What JSON mostly
 * consists of is written right here.
 */
function putItems(op: usize, limit: usize, open: Level): usize {
  const level = open.level
  const isMap = (open.kind & 1) != 0
  const end = Input.end
  const here = depth
  let at = Text.at
  while (open.left) {
    if (op + TOKEN_ROOM > limit) {
      Text.at = at
      return stop(op, TextStatus.Full)
    }
    if (at >= end) return stop(op, TextStatus.Damaged)
    const t: i32 = load<u8>(at)
    const asText = isMap && (open.left & 1) == 0
    if (level == 0 && isFixStr(t) && at + 32 <= end) {
      const bytes: usize = t & 0x1f
      const written = putJsonText(putQuote(op, 0), at + 1, bytes)
      if (written) {
        at += 1 + bytes
        op = putSeparator(putQuote(written, 0), open)
        continue
      }
    } else if (!asText) {
      if (t <= Token.PositiveFixIntLast) {
        op = putSeparator(putU8(op, t), open)
        at += 1
        continue
      }
      if (t == Token.Float64) {
        const value = bigDouble(at + 1)
        if (value - value == 0) {
          op = putSeparator(putDouble(op, value, anyColumn), open)
          at += 9
          continue
        }
      } else if (t == Token.Nil) {
        store<u32>(op, 0x6c6c756e) // null
        op = putSeparator(op + 4, open)
        at += 1
        continue
      }
    }
    Text.at = at
    op = putValue(op, limit, level, asText)
    if (Text.status != TextStatus.Done || depth != here || Body.kind != BodyKind.None) return op
    at = Text.at
    op = putSeparator(op, open)
  }
  Text.at = at
  return op
}

/** The same where rows are within, which become objects. */
function putShapedItems(op: usize, limit: usize, open: Level): usize {
  const shape = changetype<Shape>(open.shape)
  const here = depth
  while (open.left) {
    let next: usize
    let isKey = false
    if (open.kind == LevelKind.Row) {
      const field = fieldOf(shape, shape.count - <u32>open.left)
      if (op + field.keyLength + TOKEN_ROOM > limit) return stop(op, TextStatus.Full)
      copyLoose(field.keyAt, field.keyLength, op)
      op += field.keyLength
      next = field.shape
    } else {
      if (op + TOKEN_ROOM > limit) return stop(op, TextStatus.Full)
      isKey = open.kind == LevelKind.Map && (open.left & 1) == 0
      if (isKey) open.member = shapeOfMember(shape, Text.at)
      next = isKey ? 0 : open.kind == LevelKind.Map ? open.member : fieldOf(shape, 0).shape
    }
    op = putShaped(op, limit, next, open.level, isKey)
    if (Text.status != TextStatus.Done || depth != here || Body.kind != BodyKind.None) return op
    op = putSeparator(op, open)
  }
  return op
}

function putShaped(op: usize, limit: usize, shape: usize, level: i32, asText: bool): usize {
  nextShape = shape
  op = putValue(op, limit, level, asText)
  nextShape = 0
  return op
}

/** A whole value, or the beginning of an array, of a map, of a long body. */
function putValue(op: usize, limit: usize, level: i32, asText: bool): usize {
  const at = Text.at
  if (at >= Input.end) return stop(op, TextStatus.Damaged)
  const t: i32 = load<u8>(at)
  if (isFixStr(t)) return putStr(op, limit, at + 1, t & 0x1f, level)
  // The level of the quotes around what JSON writes without them.
  const quotes = asText ? level : -1
  if (isInteger(t)) {
    Text.at = at + integerLength(t)
    const x = readInteger(at, t)
    const quoted = !asText && Text.quoteIntegers && isBeyondDouble(x, t) ? level : quotes
    op = putQuote(op, quoted)
    op = t == Token.UInt64 ? putU64(op, x) : putI64(op, <i64>x)
    return putQuote(op, quoted)
  }

  switch (t) {
    case Token.Nil:
      Text.at = at + 1
      op = putQuote(op, quotes)
      store<u32>(op, 0x6c6c756e) // null
      return putQuote(op + 4, quotes)
    case Token.False:
    case Token.True:
      Text.at = at + 1
      return putQuote(putBoolean(putQuote(op, quotes), t), quotes)
    case Token.Float32:
    case Token.Float64:
      Text.at = at + (t == Token.Float32 ? 5 : 9)
      return putFloat(op, readFloat(at, t), asText, level)
    case Token.Str8:
      return putStr(op, limit, at + 2, load<u8>(at, 1), level)
    case Token.Str16:
      return putStr(op, limit, at + 3, big16(at + 1), level)
    case Token.Str32:
      return putStr(op, limit, at + 5, big32(at + 1), level)
    case Token.Bin8:
      return beginBody(op, BodyKind.Base64, at + 2, load<u8>(at, 1), level)
    case Token.Bin16:
      return beginBody(op, BodyKind.Base64, at + 3, big16(at + 1), level)
    case Token.Bin32:
      return beginBody(op, BodyKind.Base64, at + 5, big32(at + 1), level)
    case Token.FixExt1:
    case Token.FixExt2:
    case Token.FixExt4:
    case Token.FixExt8:
    case Token.FixExt16:
      return putExt(op, at + 1, 1 << (t - Token.FixExt1), asText, level)
    case Token.Ext8:
      return putExt(op, at + 2, load<u8>(at, 1), asText, level)
    case Token.Ext16:
      return putExt(op, at + 3, big16(at + 1), asText, level)
    case Token.Ext32:
      return putExt(op, at + 5, big32(at + 1), asText, level)
    case Token.Array16:
      return putLevelBegin(op, at + 3, big16(at + 1), LevelKind.Array, asText, level)
    case Token.Array32:
      return putLevelBegin(op, at + 5, big32(at + 1), LevelKind.Array, asText, level)
    case Token.Map16:
      return putLevelBegin(op, at + 3, <u64>big16(at + 1) * 2, LevelKind.Map, asText, level)
    case Token.Map32:
      return putLevelBegin(op, at + 5, <u64>big32(at + 1) * 2, LevelKind.Map, asText, level)
    case Token.NeverUsed:
      return stop(op, TextStatus.Damaged)
    default:
      // What is left are 0x80-0x9f.
      return t < Token.FixArray
        ? putLevelBegin(op, at + 1, (t & 0x0f) * 2, LevelKind.Map, asText, level)
        : putLevelBegin(op, at + 1, t & 0x0f, LevelKind.Array, asText, level)
  }
}

function putFloat(op: usize, value: f64, asText: bool, level: i32): usize {
  let quotes = asText ? level : -1
  if (value - value != 0 && !asText) {
    // NaN or an infinity, which JSON lacks.
    if (Text.special == Special.Error) return stop(op, TextStatus.Special)
    if (Text.special == Special.Null) {
      store<u32>(op, 0x6c6c756e) // null
      return op + 4
    }
    quotes = level
  }
  return putQuote(putDouble(putQuote(op, quotes), value, anyColumn), quotes)
}

function putStr(op: usize, limit: usize, body: usize, bytes: usize, level: i32): usize {
  // All there, and room for it: without the detour over a body.
  if (level == 0 && bytes <= PART && op + TOKEN_ROOM + bytes * 6 <= limit && isPresent(body, bytes)) {
    const written = putJsonText(putQuote(op, 0), body, bytes)
    if (written) {
      Text.at = body + bytes
      return putQuote(written, 0)
    }
  }
  return beginBody(op, BodyKind.Utf8, body, bytes, level)
}

/**
 * Text with JSON escapes but without quotes. Returns 0 when it is not UTF-8 and should be. The caller has made sure
 * of six times the room.
 */
// @ts-ignore: decorator
@inline
export function putJsonText(op: usize, src: usize, bytes: usize): usize {
  const plain = putPlain(op, src, bytes, i8x16.splat(0x20), i8x16.splat(0x22), i8x16.splat(0x5c))
  return plain == bytes ? op + bytes : putEscaped(op + plain, src + plain, bytes - plain, 0)
}

function putLevelBegin(op: usize, first: usize, items: u64, kind: LevelKind, asText: bool, level: i32): usize {
  // Each element takes at least a byte.
  if (depth == Limit.depth || items > <u64>(Input.end - first) || first > Input.end) return stop(op, TextStatus.Damaged)
  if (asText) {
    if (level == DEEPEST_LEVEL) return stop(op, TextStatus.KeyDepth)
    op = putQuote(op, level)
    level += 1
    kind += LevelKind.QuotedArray
  }
  const open = levelAt(depth++)
  open.left = items
  open.kind = kind
  open.level = level
  open.shape = 0
  if (nextShape != 0) takeShape(open, nextShape)
  store<u8>(op++, open.kind & OBJECT ? 0x7b : 0x5b) // { or [
  Text.at = first
  return op
}

/** The kinds that are written as objects. */
const OBJECT: i32 = LevelKind.Map | LevelKind.Row

function putLevelEnd(op: usize): usize {
  const open = levelAt(--depth)
  store<u8>(op++, open.kind & OBJECT ? 0x7d : 0x5d) // } or ]
  if (open.kind & 2) op = putQuote(op, open.level - 1)
  return putFinished(op)
}
