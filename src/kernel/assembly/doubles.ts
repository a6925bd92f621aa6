// Doubles as JavaScript's String(number) writes them: the shortest digits that read back as the same double, and of
// those the closest; the layout is that of ECMA-262, Number::toString.
//
// The digits come from Raffaello Giulietti's Schubfach ("The Schubfach way to render doubles", 2020); the names are
// the paper's. Most doubles of real results never get there, see `putDouble`.

import { ASCII_ZEROS, eightDigits, putU64 } from './integers'
import { powerOfTen } from './powers'

/** The longest text: `-2.2250738585072014e-308`. */
export const LONGEST_DOUBLE: usize = 25

const scratch = memory.data(64, 16)

export function putDouble(op: usize, value: f64): usize {
  if (value != value) {
    store<u32>(op, 0x004e614e) // NaN
    return op + 3
  }
  if (value < 0) {
    store<u8>(op++, 0x2d) // -
    value = -value
  }
  if (value < 1e15) {
    // An integer is its digits. This includes -0, which JavaScript writes as 0.
    const whole = <u64>value
    if (<f64>whole == value) return putU64(op, whole)
    // A price, a ratio, a coordinate: at most six decimals and fifteen digits in all. If m / 10^6 gives back the
    // value, m and its decimal point are one text for it; and as no two decimals of at most fifteen digits read as
    // the same double, the only short one. Both numbers are exact, so the division rounds as reading would.
    const scaled = nearest<f64>(value * 1e6)
    if (scaled < 1e15 && scaled / 1e6 == value) return putSixDecimals(op, <u64>scaled)
  } else if (value == Infinity) {
    store<u64>(op, 0x7974696e69666e49) // Infinity
    return op + 8
  }
  return putShortest(op, value)
}

function putSixDecimals(op: usize, millionths: u64): usize {
  const whole = millionths / 1_000_000
  op = putU64(op, whole)
  // Eight digits of which the last two are zeros.
  const digits = eightDigits(<u32>(millionths - whole * 1_000_000) * 100)
  store<u8>(op, 0x2e) // .
  store<u64>(op, digits | ASCII_ZEROS, 1)
  return op + 9 - <usize>(clz(digits) >> 3) // Trailing zeros are the high zero bytes.
}

/** The upper half of the 128-bit product. */
// @ts-ignore: decorator
@inline
function upperProduct(a: u64, b: u64): u64 {
  const a0 = a & 0xffffffff
  const a1 = a >> 32
  const b0 = b & 0xffffffff
  const b1 = b >> 32
  const mid = a1 * b0 + ((a0 * b0) >> 32)
  const mid2 = a0 * b1 + (mid & 0xffffffff)
  return a1 * b1 + (mid >> 32) + (mid2 >> 32)
}

/** g * cp / 2^128 rounded to odd: the last bit says whether anything was cut off. */
// @ts-ignore: decorator
@inline
function roundToOdd(gHigh: u64, gLow: u64, cp: u64): u64 {
  const low = gHigh * cp
  const sum = low + upperProduct(gLow, cp)
  const high = upperProduct(gHigh, cp) + <u64>(sum < low)
  return high | <u64>(sum > 1)
}

/** Any positive finite double. */
function putShortest(op: usize, value: f64): usize {
  const bits = reinterpret<u64>(value)
  const fraction = bits & 0x000fffffffffffff
  const biased = <i32>(bits >> 52)
  // value = c * 2^q
  const c = biased ? fraction | 0x0010000000000000 : fraction
  const q = (biased ? biased : 1) - 1075
  const odd = c & 1
  // Below a power of two doubles lie twice as close as above it.
  const closer = fraction == 0 && biased > 1
  const cbl = 4 * c - 2 + <u64>closer
  const cb = 4 * c
  const cbr = 4 * c + 2
  // k = floor(log10(2^q)), or of three quarters of it; h brings the product to the same scale.
  const k = (q * 1262611 - (closer ? 524031 : 0)) >> 22
  const h = <u64>(q + ((-k * 1741647) >> 19) + 1)
  const g = powerOfTen(-k)
  const gLow = load<u64>(g)
  const gHigh = load<u64>(g, 8)
  // The interval that reads back as this double; its ends belong to it if c is even.
  const lower = roundToOdd(gHigh, gLow, cbl << h) + odd
  const vb = roundToOdd(gHigh, gLow, cb << h)
  const upper = roundToOdd(gHigh, gLow, cbr << h) - odd
  const s = vb >> 2
  if (s >= 10) {
    // One digit less, if exactly one of the two neighbours lies inside.
    const sp = s / 10
    const below = lower <= 40 * sp
    const above = 40 * sp + 40 <= upper
    if (below != above) return putDecimal(op, sp + <u64>above, k + 1)
  }
  const below = lower <= 4 * s
  const above = 4 * s + 4 <= upper
  if (below != above) return putDecimal(op, s + <u64>above, k)
  // Both lie inside: the closer one, and the even one of two equally close.
  const mid = 4 * s + 2
  const up = vb > mid || (vb == mid && (s & 1) != 0)
  return putDecimal(op, s + <u64>up, k)
}

/** digits * 10^exponent as ECMA-262 lays it out. */
function putDecimal(op: usize, digits: u64, exponent: i32): usize {
  let length = <i32>(putU64(scratch, digits) - scratch)
  const point = length + exponent // The value is 0.digits * 10^point.
  while (load<u8>(scratch + length - 1) == 0x30) --length

  if (point > 21 || point < -5) {
    store<u8>(op++, load<u8>(scratch))
    if (length > 1) {
      store<u8>(op, 0x2e) // .
      putDigits(op + 1, 1)
      op += length
    }
    store<u16>(op, point > 0 ? 0x2b65 : 0x2d65) // e+ or e-
    return putU64(op + 2, <u64>abs(point - 1))
  }
  if (point <= 0) {
    store<u64>(op, 0x303030303030_2e30) // 0.000000
    op += 2 - point
    putDigits(op, 0)
    return op + length
  }
  putDigits(op, 0)
  if (length <= point) {
    for (let i = length; i < point; ++i) store<u8>(op + i, 0x30)
    return op + point
  }
  store<u8>(op + point, 0x2e)
  putDigits(op + point + 1, point)
  return op + length + 1
}

/** Copies the digits from the given one on; stores 32 bytes whatever their number. */
// @ts-ignore: decorator
@inline
function putDigits(op: usize, from: usize): void {
  v128.store(op, v128.load(scratch + from))
  v128.store(op, v128.load(scratch + from, 16), 16)
}
