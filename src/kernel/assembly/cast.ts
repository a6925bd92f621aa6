// Casts turn one msgpack value into another before it is encoded, so no format knows of them. NULL stays NULL.

import { decimalOfNumber, decimalOfText } from './cast-decimal'
import { made, madeBody, madeText } from './cast-made'
import { dateOfNumber, dateOfText, timeOfText, timestampOfNumber, timestampOfText } from './cast-temporal'
import { anyColumn, putDouble } from './doubles'
import { putI64, putU64 } from './integers'
import { isJson } from './json-check'
import { NumberText, readNumberText } from './number-text'
import { Cast } from './plan'
import { Token, big16, big32, isFixStr, isInteger, readFloat, readInteger } from './tokens'

/**
 * The module's one import: a number in a text, checked already and not zero, as the nearest double; NaN where that would
 * lose digits (src/kernel/nearest-double.ts). Rarely needed, see below.
 */
declare function parseDouble(at: usize, bytes: usize): f64

/** The address of the cast value, which may be the value itself; 0 when it cannot be cast. */
export function castValue(at: usize, cast: Cast): usize {
  const t: i32 = load<u8>(at)
  if (t == Token.Nil) return at
  switch (cast & 0xff) {
    case Cast.Varchar:
      return toVarchar(at, t)
    case Cast.Bigint:
      return toBigint(at, t)
    case Cast.Double:
      return toDouble(at, t)
    case Cast.Boolean:
      return toBoolean(at, t)
    case Cast.Date:
      return isStr(t) ? dateOfText(at, textOf(at, t), textLength(at, t)) : dateOfNumber(at, t)
    case Cast.Time:
      return isStr(t) ? timeOfText(at, textOf(at, t), textLength(at, t)) : 0
    case Cast.Timestamp:
      return isStr(t) ? timestampOfText(at, textOf(at, t), textLength(at, t)) : timestampOfNumber(at, t)
    case Cast.Decimal:
      return toDecimal(at, t, (cast >> 8) & 0xff, cast >> 16)
    case Cast.Json:
      return toJson(at, t)
    case Cast.Uuid:
      return toUuid(at, t)
    default:
      return at
  }
}

/** Numbers and booleans become their text; everything else is one already, or is written as one by the encoders. */
function toVarchar(at: usize, t: i32): usize {
  const text = madeBody
  let end: usize
  if (isInteger(t)) {
    const x = readInteger(at, t)
    end = t == Token.UInt64 ? putU64(text, x) : putI64(text, <i64>x)
  } else if (t == Token.Float32 || t == Token.Float64) {
    end = putDouble(text, readFloat(at, t), anyColumn)
  } else if (t == Token.True) {
    store<u32>(text, 0x65757274) // true
    end = text + 4
  } else if (t == Token.False) {
    store<u64>(text, 0x65736c6166) // false
    end = text + 5
  } else {
    return at
  }
  return madeText(end)
}

function toDecimal(at: usize, t: i32, precision: i32, scale: i32): usize {
  if (!isStr(t)) return decimalOfNumber(at, t, precision, scale)
  return decimalOfText(textOf(at, t), textLength(at, t), precision, scale)
}

/** A text of JSON is one already. Bytes, extensions and doubles that are no numbers have no place in it. */
function toJson(at: usize, t: i32): usize {
  if (isStr(t)) return isJson(textOf(at, t), textLength(at, t)) ? at : 0
  if (t == Token.Float32 || t == Token.Float64) return isFinite(readFloat(at, t)) ? toVarchar(at, t) : 0
  if (isInteger(t) || t == Token.True || t == Token.False) return toVarchar(at, t)
  // Arrays and maps, which the encoders write as JSON.
  const isNested = (t >= Token.FixMap && t < Token.FixStr) || (t >= Token.Array16 && t <= Token.Map32)
  return isNested ? at : 0
}

/** In small letters, as Trino prints it: from a text in any, or 16 bytes. */
function toUuid(at: usize, t: i32): usize {
  let op = madeBody
  if (t == Token.Bin8 && load<u8>(at, 1) == 16) {
    for (let i: usize = 0; i < 16; ++i) {
      if (i == 4 || i == 6 || i == 8 || i == 10) store<u8>(op++, 0x2d)
      const byte = <u32>load<u8>(at + i, 2)
      store<u8>(op, hexLetter(byte >> 4))
      store<u8>(op, hexLetter(byte & 0x0f), 1)
      op += 2
    }
    return madeText(op)
  }
  if (!isStr(t) || textLength(at, t) != 36) return 0
  const src = textOf(at, t)
  for (let i: usize = 0; i < 36; ++i) {
    const c = <u32>load<u8>(src + i)
    const isDash = i == 8 || i == 13 || i == 18 || i == 23
    // Bit 5 makes ASCII letters small, and is set in digits.
    const isHex = c - 0x30 <= 9 || (c | 0x20) - 0x61 <= 5
    if (isDash ? c != 0x2d : !isHex) return 0
    store<u8>(op++, isDash ? 0x2d : <u8>(c | 0x20))
  }
  return madeText(op)
}

function hexLetter(digit: u32): u8 {
  return <u8>(digit < 10 ? 0x30 + digit : 0x57 + digit)
}

/** Of 64 bits with a sign, as the SQL type: Parquet and databases have no room for more. */
function toBigint(at: usize, t: i32): usize {
  if (isInteger(t)) return t == Token.UInt64 && <i64>readInteger(at, t) < 0 ? 0 : at
  if (t == Token.Float32 || t == Token.Float64) return wholeDouble(readFloat(at, t))
  if (t == Token.True || t == Token.False) return makeInteger(t == Token.True ? 1 : 0, false)
  return isStr(t) ? parseInteger(textOf(at, t), textLength(at, t)) : 0
}

function wholeDouble(value: f64): usize {
  if (value != trunc<f64>(value)) return 0 // NaN too.
  if (value >= 9223372036854775808.0 || value < -9223372036854775808.0) return 0
  return value >= 0 ? makeInteger(<u64>value, false) : makeInteger(<u64>(<i64>value), true)
}

/** The most digits of which every number is below 2^63. */
const SAFE_DIGITS: usize = 18

/** A number that is whole, however it is written: `12`, `012`, `12.0`, `1.2e1`. */
function parseInteger(src: usize, bytes: usize): usize {
  // Mostly it is a few digits and nothing else.
  if (bytes > 0 && bytes <= SAFE_DIGITS) {
    let x: u64 = 0
    let i: usize = 0
    for (; i < bytes; ++i) {
      const digit = <u64>load<u8>(src + i) - 0x30
      if (digit > 9) break
      x = x * 10 + digit
    }
    if (i == bytes) return makeInteger(x, false)
  }
  if (!readNumberText(src, bytes)) return 0
  let x = NumberText.digits
  if (x == 0) return makeInteger(0, false)
  // The last digit is no zero, so what stands behind the point is a fraction.
  if (NumberText.exponent < 0 || NumberText.significant + <u32>NumberText.exponent > 19) return 0
  for (let i = NumberText.exponent; i > 0; --i) x *= 10
  if (NumberText.negative) return x <= 0x8000000000000000 ? makeInteger(0 - x, true) : 0
  return x < 0x8000000000000000 ? makeInteger(x, false) : 0
}

/** In the fewest bytes, as the specification recommends. */
function makeInteger(x: u64, negative: bool): usize {
  if (negative) {
    const signed = <i64>x
    if (signed >= -32) {
      store<u8>(made, <u8>x)
    } else if (signed >= i8.MIN_VALUE) {
      store<u8>(made, Token.Int8)
      store<u8>(made, <u8>x, 1)
    } else if (signed >= i16.MIN_VALUE) {
      store<u8>(made, Token.Int16)
      store<u16>(made, bswap<u16>(<u16>x), 1)
    } else if (signed >= i32.MIN_VALUE) {
      store<u8>(made, Token.Int32)
      store<u32>(made, bswap<u32>(<u32>x), 1)
    } else {
      store<u8>(made, Token.Int64)
      store<u64>(made, bswap<u64>(x), 1)
    }
  } else if (x < 0x80) {
    store<u8>(made, <u8>x)
  } else if (x <= u8.MAX_VALUE) {
    store<u8>(made, Token.UInt8)
    store<u8>(made, <u8>x, 1)
  } else if (x <= u16.MAX_VALUE) {
    store<u8>(made, Token.UInt16)
    store<u16>(made, bswap<u16>(<u16>x), 1)
  } else if (x <= u32.MAX_VALUE) {
    store<u8>(made, Token.UInt32)
    store<u32>(made, bswap<u32>(<u32>x), 1)
  } else {
    store<u8>(made, Token.UInt64)
    store<u64>(made, bswap<u64>(x), 1)
  }
  return made
}

function toDouble(at: usize, t: i32): usize {
  if (t == Token.Float64) return at
  if (t == Token.Float32) return makeDouble(readFloat(at, t))
  if (isInteger(t)) return exactDouble(readInteger(at, t), t == Token.UInt64)
  if (t == Token.True || t == Token.False) return makeDouble(t == Token.True ? 1 : 0)
  return isStr(t) ? parseNumber(textOf(at, t), textLength(at, t)) : 0
}

/** An integer that is a double. 0 for one between two doubles. */
function exactDouble(bits: u64, unsigned: bool): usize {
  if (unsigned) {
    const value = <f64>bits
    return value < 18446744073709551616.0 && <u64>value == bits ? makeDouble(value) : 0
  }
  const value = <f64>(<i64>bits)
  return value < 9223372036854775808.0 && <i64>value == <i64>bits ? makeDouble(value) : 0
}

function makeDouble(value: f64): usize {
  store<u8>(made, Token.Float64)
  store<u64>(made, bswap<u64>(reinterpret<u64>(value)), 1)
  return made
}

/** Up to here all integers are doubles. */
const EXACT: f64 = 9007199254740992

/** A number, or `NaN`, `Infinity`, `-Infinity`: docs/formats.md says which lose digits and are refused. */
function parseNumber(src: usize, bytes: usize): usize {
  if (!readNumberText(src, bytes)) return parseSpecial(src, bytes)
  const negative = NumberText.negative
  const digits = NumberText.digits
  const exponent = NumberText.exponent
  if (digits == 0) return makeDouble(negative ? -0.0 : 0)
  // Where the digits and the power of ten are exact doubles, one operation gives the nearest double (William
  // Clinger, "How to Read Floating Point Numbers Accurately", 1990). The rest is for the host.
  if (NumberText.significant <= 15 && exponent >= -22 && exponent <= 22) {
    let power: f64 = 1
    for (let i = abs(exponent); i > 0; --i) power *= 10
    const value = exponent < 0 ? <f64>digits / power : <f64>digits * power
    // A large integer may lie between two doubles; with an exponent its few digits are kept anyway.
    if (value <= EXACT || NumberText.isScientific) return makeDouble(negative ? -value : value)
  }
  const value = parseDouble(src, bytes)
  return value == value ? makeDouble(value) : 0
}

function parseSpecial(src: usize, bytes: usize): usize {
  if (bytes == 3 && load<u16>(src) == 0x614e && load<u8>(src, 2) == 0x4e) return makeDouble(NaN)
  const negative = bytes == 9 && load<u8>(src) == 0x2d
  if (!negative && bytes != 8) return 0
  if (load<u64>(negative ? src + 1 : src) != 0x7974696e69666e49) return 0 // Infinity
  return makeDouble(negative ? -Infinity : Infinity)
}

function toBoolean(at: usize, t: i32): usize {
  if (t == Token.True || t == Token.False) return at
  let yes: bool
  if (isInteger(t)) {
    const x = readInteger(at, t)
    if (x > 1) return 0
    yes = x == 1
  } else {
    if (!isStr(t)) return 0
    const src = textOf(at, t)
    const bytes = textLength(at, t)
    // Bit 5 makes ASCII letters small, and nothing else becomes one of these letters.
    if (bytes == 4 && (load<u32>(src) | 0x20202020) == 0x65757274) yes = true
    else if (bytes == 5 && (load<u32>(src) | 0x20202020) == 0x736c6166 && (load<u8>(src, 4) | 0x20) == 0x65) yes = false
    else return 0
  }
  store<u8>(made, yes ? <u8>Token.True : <u8>Token.False)
  return made
}

function isStr(t: i32): bool {
  return isFixStr(t) || (t >= Token.Str8 && t <= Token.Str32)
}

function textOf(at: usize, t: i32): usize {
  return at + (isFixStr(t) ? 1 : t == Token.Str8 ? 2 : t == Token.Str16 ? 3 : 5)
}

function textLength(at: usize, t: i32): usize {
  if (isFixStr(t)) return t & 0x1f
  return t == Token.Str8 ? load<u8>(at, 1) : t == Token.Str16 ? <usize>big16(at + 1) : <usize>big32(at + 1)
}
