// Doubles as JavaScript's String(number) writes them: the shortest digits that read back as the same double, and of
// those the closest; the layout is that of ECMA-262, Number::toString.
//
// The digits come from Raffaello Giulietti's Schubfach ("The Schubfach way to render doubles", 2020); the names are
// the paper's. Most doubles of real results never get there, see `putDouble`.

import { ASCII_ZEROS, eightDigits, putU32, putU64 } from './integers'
import { powerOfTen } from './powers'

const scratch = memory.data(32, 16)

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
    const whole = value + INTEGERS
    if (whole - INTEGERS == value) return putU64(op, integerIn(whole))
    // A price, a ratio, a coordinate: at most six decimals and fifteen digits in all. If m / 10^6 gives back the
    // value, m and its decimal point are one text for it; and as no two decimals of at most fifteen digits read as
    // the same double, the only short one. Both numbers are exact, so the division rounds as reading would.
    const scaled = value * 1e6 + INTEGERS
    const millionths = scaled - INTEGERS
    if (millionths < 1e15 && millionths / 1e6 == value) return putSixDecimals(op, integerIn(scaled))
  } else if (value == Infinity) {
    store<u64>(op, 0x7974696e69666e49) // Infinity
    return op + 8
  }
  return putShortest(op, value)
}

/**
 * 2^52: from here to twice as much doubles are the integers. Adding it rounds a smaller number to an integer, which is
 * then the fraction of the sum: quicker than the conversions, which have to care for every double.
 */
const INTEGERS: f64 = 4503599627370496

// @ts-ignore: decorator
@inline
function integerIn(sum: f64): u64 {
  return reinterpret<u64>(sum) & 0x000fffffffffffff
}

// @ts-ignore: decorator
@inline
function putSixDecimals(op: usize, millionths: u64): usize {
  const whole = <u32>(millionths / 1_000_000)
  op = putU32(op, whole)
  // Eight digits of which the last two are zeros.
  const digits = eightDigits(<u32>(millionths - <u64>whole * 1_000_000) * 100)
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

/** The upper word, its last bit set if anything but a rounding error of g was cut off. */
// @ts-ignore: decorator
@inline
function roundToOdd(high: u64, mid: u64): u64 {
  return high | <u64>(mid > 1)
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
  // k = floor(log10(2^q)), or of three quarters of it; h brings the product to the same scale.
  const k = (q * 1262611 - (closer ? 524031 : 0)) >> 22
  const h = <u64>(q + ((-k * 1741647) >> 19) + 1)
  const g = powerOfTen(-k)
  const gLow = load<u64>(g)
  const gHigh = load<u64>(g, 8)

  // The paper multiplies g by 4c, by 4c + 2 and by 4c - 2 (or - 1, see `closer`), each times 2^h. Here the first
  // product is made, of three words, and the distance of the others, a shifted g, is added and taken away: 1 <= h <= 4.
  const cp = (4 * c) << h
  const low = gLow * cp
  const middle = gHigh * cp
  const mid = middle + upperProduct(gLow, cp)
  const high = upperProduct(gHigh, cp) + <u64>(mid < middle)

  const up = h + 1
  const upLow = low + (gLow << up)
  const upStep = (gHigh << up) | (gLow >> (64 - up))
  const upSum = mid + upStep
  const upMid = upSum + <u64>(upLow < low)
  const upHigh = high + (gHigh >> (64 - up)) + <u64>(upSum < mid) + <u64>(upMid < upSum)

  const down = up - <u64>closer
  const downStep = (gHigh << down) | (gLow >> (64 - down))
  const downDifference = mid - downStep
  const downMid = downDifference - <u64>(low < gLow << down)
  const downHigh = high - (gHigh >> (64 - down)) - <u64>(mid < downStep) - <u64>(downDifference < downMid)

  // The ends belong to the interval if c is even.
  const lower = roundToOdd(downHigh, downMid) + odd
  const vb = roundToOdd(high, mid)
  const upper = roundToOdd(upHigh, upMid) - odd
  // Which of the candidates it is cannot be foretold, so all are computed and no branch is taken. First, one digit
  // less, if exactly one of the two neighbours lies inside.
  const s = vb >> 2
  const sp = s / 10
  const tenBelow = lower <= 40 * sp
  const tenAbove = 40 * sp + 40 <= upper
  const shorter = tenBelow != tenAbove && s >= 10
  // Else the only neighbour inside; or of two the closer one, and of two equally close ones the even one.
  const below = lower <= 4 * s
  const above = 4 * s + 4 <= upper
  const half = 4 * s + 2
  const closerAbove = vb > half || (vb == half && (s & 1) != 0)
  const next = select<bool>(above, closerAbove, below != above)
  return putDecimal(op, select<u64>(sp + <u64>tenAbove, s + <u64>next, shorter), k + <i32>shorter)
}

/** digits * 10^exponent, with at most 17 digits, as ECMA-262 lays it out. */
function putDecimal(op: usize, digits: u64, exponent: i32): usize {
  // Mostly there are 16 or 17 of them, and no telling which: hence without a branch.
  const isShort = digits < 10_000_000_000_000_000
  exponent -= <i32>isShort
  digits = select<u64>(digits * 10, digits, isShort)
  while (digits < 10_000_000_000_000_000) {
    digits *= 10
    exponent -= 1
  }
  const point = 17 + exponent // The value is 0.digits * 10^point.
  // The 17 digits as one, eight and eight.
  const nine = <u32>(digits / 100_000_000)
  const low = eightDigits(<u32>(digits - <u64>nine * 100_000_000))
  const first = nine / 100_000_000
  const high = eightDigits(nine - first * 100_000_000)
  // Trailing zeros are high zero bytes.
  const length = <i32>(low ? 17 - (clz(low) >> 3) : 9 - (clz(high) >> 3))
  // The same as characters, in words of eight.
  const word0 = <u64>(first | 0x30) | ((high | ASCII_ZEROS) << 8)
  const word1 = ((high | ASCII_ZEROS) >> 56) | ((low | ASCII_ZEROS) << 8)
  const word2 = (low | ASCII_ZEROS) >> 56

  if (point <= 0 && point > -6) {
    store<u64>(op, 0x3030303030302e30) // 0.000000
    op += 2 - point
    putWords(op, word0, word1, word2)
    return op + length
  }
  if (point > 0 && point < 8 && length > point) {
    // The point goes into the first word, and what follows moves by one byte.
    const place = <u64>point << 3
    const before = word0 & ((<u64>1 << place) - 1)
    const after = (word0 >> place) << place << 8
    putWords(op, before | (<u64>0x2e << place) | after, (word0 >> 56) | (word1 << 8), (word1 >> 56) | (word2 << 8))
    return op + length + 1
  }
  return putFarDecimal(op, point, length, word0, word1, word2)
}

// @ts-ignore: decorator
@inline
function putWords(op: usize, word0: u64, word1: u64, word2: u64): void {
  store<u64>(op, word0)
  store<u64>(op, word1, 8)
  store<u64>(op, word2, 16)
}

/** Numbers from ten million on, and those with an exponent. */
function putFarDecimal(op: usize, point: i32, length: i32, word0: u64, word1: u64, word2: u64): usize {
  putWords(scratch, word0, word1, word2)
  putWords(op, word0, word1, word2)
  if (point > 0 && point <= 21) {
    if (length <= point) {
      for (let i = length; i < point; ++i) store<u8>(op + i, 0x30)
      return op + point
    }
    store<u8>(op + point, 0x2e) // .
    for (let i = point; i < length; ++i) store<u8>(op + i, load<u8>(scratch + i), 1)
    return op + length + 1
  }
  op += 1
  if (length > 1) {
    store<u8>(op, 0x2e)
    for (let i = 1; i < length; ++i) store<u8>(op + i, load<u8>(scratch + i))
    op += length
  }
  store<u16>(op, point > 0 ? 0x2b65 : 0x2d65) // e+ or e-
  return putU64(op + 2, <u64>abs(point - 1))
}
