// Casts turn one msgpack value into another before it is encoded, so no format knows of them. NULL stays NULL.

import { putDouble } from './doubles'
import { putI64, putU64 } from './integers'
import { Cast } from './plan'
import { Token, big16, big32, isFixStr, isInteger, readFloat, readInteger } from './tokens'

/** The module's one import: a decimal number, checked already, as the nearest double. Rarely needed, see below. */
declare function parseDouble(at: usize, bytes: usize): f64

/** The value a cast made. */
const made = memory.data(64, 16)

/** The address of the cast value, which may be the value itself; 0 when it cannot be cast. */
export function castValue(at: usize, cast: Cast): usize {
  const t: i32 = load<u8>(at)
  if (t == Token.Nil) return at
  switch (cast) {
    case Cast.Varchar:
      return toVarchar(at, t)
    case Cast.Bigint:
      return toBigint(at, t)
    case Cast.Double:
      return toDouble(at, t)
    case Cast.Boolean:
      return toBoolean(at, t)
    default:
      return at
  }
}

/** Numbers and booleans become their text; everything else is one already, or is written as one by the encoders. */
function toVarchar(at: usize, t: i32): usize {
  const text = made + 1
  let end: usize
  if (isInteger(t)) {
    const x = readInteger(at, t)
    end = t == Token.UInt64 ? putU64(text, x) : putI64(text, <i64>x)
  } else if (t == Token.Float32 || t == Token.Float64) {
    end = putDouble(text, readFloat(at, t))
  } else if (t == Token.True) {
    store<u32>(text, 0x65757274) // true
    end = text + 4
  } else if (t == Token.False) {
    store<u64>(text, 0x65736c6166) // false
    end = text + 5
  } else {
    return at
  }
  store<u8>(made, <u8>(Token.FixStr | <u32>(end - text)))
  return made
}

function toBigint(at: usize, t: i32): usize {
  if (isInteger(t)) return at
  if (t == Token.Float32 || t == Token.Float64) return wholeDouble(readFloat(at, t))
  if (t == Token.True || t == Token.False) return makeInteger(t == Token.True ? 1 : 0, false)
  return isStr(t) ? parseInteger(textOf(at, t), textLength(at, t)) : 0
}

function wholeDouble(value: f64): usize {
  if (value != trunc<f64>(value)) return 0 // NaN too.
  if (value >= 0) return value < 18446744073709551616.0 ? makeInteger(<u64>value, false) : 0
  return value >= -9223372036854775808.0 ? makeInteger(<u64>(<i64>value), true) : 0
}

/** Plain decimal digits, with a minus perhaps, in the range of int64 and uint64. */
function parseInteger(src: usize, bytes: usize): usize {
  const negative = bytes > 0 && load<u8>(src) == 0x2d
  let i: usize = negative ? 1 : 0
  if (i == bytes) return 0
  let x: u64 = 0
  for (; i < bytes; ++i) {
    const digit = <u64>load<u8>(src + i) - 0x30
    if (digit > 9) return 0
    // 2^64 - 1 is 18446744073709551615.
    if (x > 1844674407370955161 || (x == 1844674407370955161 && digit > 5)) return 0
    x = x * 10 + digit
  }
  if (!negative) return makeInteger(x, false)
  return x <= 0x8000000000000000 ? makeInteger(0 - x, x != 0) : 0
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
  if (isInteger(t)) {
    const x = readInteger(at, t)
    return makeDouble(t == Token.UInt64 ? <f64>x : <f64>(<i64>x))
  }
  if (t == Token.True || t == Token.False) return makeDouble(t == Token.True ? 1 : 0)
  return isStr(t) ? parseNumber(textOf(at, t), textLength(at, t)) : 0
}

function makeDouble(value: f64): usize {
  store<u8>(made, Token.Float64)
  store<u64>(made, bswap<u64>(reinterpret<u64>(value)), 1)
  return made
}

// @ts-ignore: decorator
@inline
function isDigit(at: usize, end: usize): bool {
  return at < end && <u32>load<u8>(at) - 0x30 <= 9
}

/** A number as the grammar of JSON has it (RFC 8259, section 6), or `NaN`, `Infinity`, `-Infinity`. */
function parseNumber(src: usize, bytes: usize): usize {
  const end = src + bytes
  const negative = bytes > 0 && load<u8>(src) == 0x2d
  let at = negative ? src + 1 : src
  if (!isDigit(at, end)) return parseSpecial(src, bytes)

  let digits: u64 = 0
  let significant = 0
  let exponent = 0
  const leadingZero = load<u8>(at) == 0x30
  if (leadingZero && isDigit(at + 1, end)) return 0
  for (; isDigit(at, end); ++at) {
    if (significant < 19) digits = digits * 10 + (load<u8>(at) - 0x30)
    significant += <i32>(digits != 0)
  }
  if (at < end && load<u8>(at) == 0x2e) {
    if (!isDigit(++at, end)) return 0
    for (; isDigit(at, end); ++at) {
      if (significant < 19) digits = digits * 10 + (load<u8>(at) - 0x30)
      significant += <i32>(digits != 0)
      exponent -= 1
    }
  }
  if (at < end && (load<u8>(at) | 0x20) == 0x65) {
    at += 1
    const down = at < end && load<u8>(at) == 0x2d
    if (down || (at < end && load<u8>(at) == 0x2b)) ++at
    if (!isDigit(at, end)) return 0
    let written = 0
    for (; isDigit(at, end); ++at) if (written < 100000) written = written * 10 + (load<u8>(at) - 0x30)
    exponent += down ? -written : written
  }
  if (at != end) return 0

  // Where the digits and the power of ten are exact doubles, one operation gives the nearest double (William
  // Clinger, "How to Read Floating Point Numbers Accurately", 1990). The rest is for the host.
  if (significant <= 15 && exponent >= -22 && exponent <= 22) {
    let power: f64 = 1
    for (let i = abs(exponent); i > 0; --i) power *= 10
    const value = exponent < 0 ? <f64>digits / power : <f64>digits * power
    return makeDouble(negative ? -value : value)
  }
  return makeDouble(parseDouble(src, bytes))
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
