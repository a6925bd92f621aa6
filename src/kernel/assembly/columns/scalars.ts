// One msgpack value into the vector of its leaf, if it fits the type without loss.

import { Token, isInteger, readFloat, readInteger } from '../tokens'
import { Clock } from '../clock-text'
import { isUtf8, putRepaired } from '../utf8'
import { skip } from './batch'
import { Body, isText, readBody } from './body'
import { borrow } from './borrowed'
import { reserve } from './buffer'
import { Decimal, readDecimal } from './decimal'
import { jsonText } from './host'
import {
  inUnits,
  isWholeDay,
  parseDate,
  parseTime,
  parseTimestamp,
  parseTimestampWithZone,
  readInstant,
  Units,
} from './temporal'
import { Kind, Node } from './tree'

export class Texts {
  /** Fail on broken UTF-8 instead of putting U+FFFD. */
  static strict: bool = false
  static replaced: u32 = 0
  /** The last misfit was broken UTF-8. */
  static broken: bool = false
}

/** Largest integer up to which every one is a double of its own. */
const EXACT_IN_DOUBLE: f64 = 9007199254740992

/** Appends the value to the leaf. False when it does not fit. */
export function putScalar(node: Node, at: usize, t: i32): bool {
  const leaf = node.leaf
  const values = leaf.values
  reserve(values, 16)
  const op = values.at + values.used
  switch (node.kind) {
    case Kind.Boolean:
      if (t != Token.True && t != Token.False) return false
      store<u8>(op, <u8>(t == Token.True))
      break
    case Kind.TinyInt:
      if (!readWhole(at, t) || <i64>(<i8>whole) != whole) return false
      store<i32>(op, <i32>whole)
      break
    case Kind.SmallInt:
      if (!readWhole(at, t) || <i64>(<i16>whole) != whole) return false
      store<i32>(op, <i32>whole)
      break
    case Kind.Integer:
      if (!readWhole(at, t) || <i64>(<i32>whole) != whole) return false
      store<i32>(op, <i32>whole)
      break
    case Kind.BigInt:
      if (!readWhole(at, t)) return false
      store<i64>(op, whole)
      break
    case Kind.Real: {
      if (!readReal(at, t)) return false
      const single = <f32>real
      // Of a double the nearest single is taken, as that is what it was; an integer has to be one.
      if (isFinite(real) && (!isFinite(single) || (isInteger(t) && <f64>single != real))) return false
      store<f32>(op, single)
      break
    }
    case Kind.Double:
      if (!readReal(at, t)) return false
      store<f64>(op, real)
      break
    case Kind.Text:
      if (!readBody(at, t) || !checkUtf8()) return false
      putBody(op)
      break
    case Kind.Json:
      if (!readJson(at, t) || !checkUtf8()) return false
      putBody(op)
      break
    case Kind.Binary:
      if (!readBody(at, t)) return false
      putBody(op)
      break
    case Kind.Uuid:
      if (!readBody(at, t) || !putUuid(op, isText(t))) return false
      break
    case Kind.Date:
      if (!readDate(at, t)) return false
      store<i32>(op, Clock.days)
      break
    case Kind.Time:
      if (!readBody(at, t) || !parseTime()) return false
      store<i64>(op, Clock.micros)
      break
    case Kind.Timestamp:
      if (!(readBody(at, t) ? parseTimestamp() : readInstant(at, t))) return false
      if (!inUnits(node.scale)) return false
      store<i64>(op, Units.value)
      break
    case Kind.TimestampWithZone:
      if (!(readBody(at, t) ? parseTimestampWithZone() : readInstant(at, t))) return false
      if (!inUnits(node.scale)) return false
      store<i64>(op, Units.value)
      break
    case Kind.Decimal32:
      if (!readDecimal(at, t, node.precision, node.scale)) return false
      store<i32>(op, <i32>Decimal.low)
      break
    case Kind.Decimal64:
      if (!readDecimal(at, t, node.precision, node.scale)) return false
      store<u64>(op, Decimal.low)
      break
    case Kind.Decimal128:
      if (!readDecimal(at, t, node.precision, node.scale)) return false
      store<u64>(op, Decimal.low)
      store<u64>(op, Decimal.high, 8)
      break
    default:
      return false
  }
  values.used += leaf.width
  return true
}

let whole: i64 = 0
let real: f64 = 0

/** An integer, or a float that is one and has lost no digits. */
// @ts-ignore: decorator
@inline
function readWhole(at: usize, t: i32): bool {
  if (t <= Token.PositiveFixIntLast) {
    whole = t
    return true
  }
  return readLongWhole(at, t)
}

function readLongWhole(at: usize, t: i32): bool {
  if (isInteger(t)) {
    whole = <i64>readInteger(at, t)
    return t != Token.UInt64 || whole >= 0
  }
  if (t != Token.Float64 && t != Token.Float32) return false
  const value = readFloat(at, t)
  if (!(abs(value) <= EXACT_IN_DOUBLE) || trunc(value) != value) return false
  whole = <i64>value
  return true
}

/** A float, or an integer that is one exactly. */
function readReal(at: usize, t: i32): bool {
  if (t == Token.Float64 || t == Token.Float32) {
    real = readFloat(at, t)
    return true
  }
  if (!isInteger(t)) return false
  const bits = readInteger(at, t)
  if (t == Token.UInt64) {
    real = <f64>bits
    return real < 18446744073709551616.0 && <u64>real == bits
  }
  real = <f64>(<i64>bits)
  return real < 9223372036854775808.0 && <i64>real == <i64>bits
}

// @ts-ignore: decorator
@inline
function putBody(op: usize): void {
  store<u32>(op, <u32>Body.at)
  store<u32>(op, <u32>Body.length, 4)
}

/** Whether there is any byte beyond ASCII; reads up to 15 bytes beyond the end. */
// @ts-ignore: decorator
@inline
function isAscii(at: usize, length: usize): bool {
  let i: usize = 0
  for (; i + 16 <= length; i += 16) if (i8x16.bitmask(v128.load(at + i)) != 0) return false
  return (i8x16.bitmask(v128.load(at + i)) & ((1 << (<i32>(length - i))) - 1)) == 0
}

/** The same for up to 31 bytes. */
// @ts-ignore: decorator
@inline
export function isShortAscii(at: usize, length: i32): bool {
  const high = <u32>i8x16.bitmask(v128.load(at)) | (<u32>i8x16.bitmask(v128.load(at, 16)) << 16)
  return (high & ((1 << length) - 1)) == 0
}

function checkUtf8(): bool {
  if (isAscii(Body.at, Body.length) || isUtf8(Body.at, Body.length)) return true
  if (Texts.strict) {
    Texts.broken = true
    return false
  }
  Texts.replaced++
  const repaired = borrow(Body.length * 3)
  Body.length = putRepaired(repaired, Body.at, Body.length) - repaired
  Body.at = repaired
  return true
}

function readJson(at: usize, t: i32): bool {
  if (readBody(at, t)) return true
  const text = jsonText(at, skip(at) - at)
  return text != 0 && readBody(text, load<u8>(text))
}

function readDate(at: usize, t: i32): bool {
  return readBody(at, t) ? parseDate() : readInstant(at, t) && isWholeDay()
}

// @ts-ignore: decorator
@inline
function hexDigit(c: u32): u32 {
  if (c - 0x30 <= 9) return c - 0x30
  const letter = (c | 0x20) - 0x61
  return letter <= 5 ? letter + 10 : 16
}

/** 16 bytes unchanged, or the text of 8-4-4-4-12 hexadecimal digits (RFC 9562, section 4). */
function putUuid(op: usize, text: bool): bool {
  if (!text || Body.length == 16) {
    if (Body.length != 16) return false
    v128.store(op, v128.load(Body.at))
    return true
  }
  if (Body.length != 36) return false
  let p = Body.at
  for (let i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) if (load<u8>(p++) != 0x2d) return false
    const upper = hexDigit(load<u8>(p))
    const lower = hexDigit(load<u8>(p, 1))
    if (upper > 15 || lower > 15) return false
    store<u8>(op + i, <u8>((upper << 4) | lower))
    p += 2
  }
  return true
}

