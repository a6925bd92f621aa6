// Doubles as JavaScript's String(number) writes them: the shortest digits that read back as the same double, and of
// those the closest; the layout is that of ECMA-262, Number::toString.
//
// The digits come from Raffaello Giulietti's Schubfach ("The Schubfach way to render doubles", 2020); the names are
// the paper's. Most doubles of real results never get there, see `putDouble`.

import { openDecimalText, putDecimal, putSixDecimals } from './decimal-text'
import { putU64 } from './integers'
import { powerOfTen } from './powers'

/** For doubles of no column that is known. */
export const anyColumn = memory.data(4)

/** After a double with more than six decimals the next doubles of its column are not asked whether they have fewer. */
const DOUBLES_NOT_ASKED: u8 = 15

/**
 * @param hint a byte that the doubles of one column share: whether they are long, mostly all of them or none. The text of
 *   a double does not depend on it.
 */
export function putDouble(op: usize, value: f64, hint: usize): usize {
  // NaN is neither.
  if (!(value < 1e15 && value > -1e15)) return putUnusual(op, value)
  if (value < 0) {
    store<u8>(op++, 0x2d) // -
    value = -value
  }
  // An integer is its digits. This includes -0, which JavaScript writes as 0.
  const whole = value + INTEGERS
  if (whole - INTEGERS == value) return putU64(op, integerIn(whole))
  const notAsked = load<u8>(hint)
  if (notAsked) {
    store<u8>(hint, notAsked - 1)
  } else {
    // A price, a ratio, a coordinate: at most six decimals and fifteen digits in all. If m / 10^6 gives back the
    // value, m and its decimal point are one text for it; and as no two decimals of at most fifteen digits read as
    // the same double, the only short one. Both numbers are exact, so the division rounds as reading would.
    const scaled = value * 1e6 + INTEGERS
    const millionths = scaled - INTEGERS
    if (millionths < 1e15 && millionths / 1e6 == value) return putSixDecimals(op, integerIn(scaled))
    store<u8>(hint, DOUBLES_NOT_ASKED)
  }
  return putShortest(op, value)
}

/** 1e15 and more, to either side, and what is no number. */
function putUnusual(op: usize, value: f64): usize {
  if (value != value) {
    store<u32>(op, 0x004e614e) // NaN
    return op + 3
  }
  if (value < 0) {
    store<u8>(op++, 0x2d) // -
    value = -value
  }
  if (value == Infinity) {
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

/** 5^0 to 5^26: an exact factor of 64 bits for each exponent from {@link NEAR_LOW} to {@link NEAR_HIGH}. */
const fives = memory.data(27 * 8, 16)

/** Exponents of two, for the 53 bits of the fraction as an integer: of the doubles from 2^-34 to 2^51. */
const NEAR_LOW: i32 = -86
const NEAR_HIGH: i32 = -2

export function openDoubles(): void {
  let power: u64 = 1
  for (let i: usize = 0; i < 27; ++i) {
    store<u64>(fives + (i << 3), power)
    power *= 5
  }
  openDecimalText()
}

/**
 * Schubfach for c * 2^q with -86 <= q <= -2 and c from 2^52 + 1 to 2^53 - 1, as nearly all fractions of real results are.
 * There c * 2^q / 10^k = c * 5^-k / 2^(k - q), where 5^-k is an exact number of 61 bits, and so is each difference: two
 * words and five multiplications instead of three and ten, without a bound on an error.
 *
 * `e` is from 1 to 60, so neither shift is by 64. Half the distance of two doubles is 5^-k / 2 of the units of `rest`; as
 * powers of five are odd, no candidate lies exactly on an end of the interval, and whether c is even does not matter.
 */
// @ts-ignore: decorator
@inline
function putNear(op: usize, c: u64, q: i32): usize {
  const k = (q * 1262611) >> 22
  const e = <u64>(k - q)
  const five = load<u64>(fives + (<usize>-k << 3))
  const low = c * five
  const s = (upperProduct(c, five) << (64 - e)) | (low >> e)
  const one = <u64>1 << e
  const rest = low & (one - 1)
  const half = five >> 1
  // As below: all candidates without a branch. Ten units are at most 10 * 2^60, which fit.
  const sp = s / 10
  const restOfTen = rest + ((s - sp * 10) << e)
  const tenBelow = restOfTen <= half
  const tenAbove = 10 * one - restOfTen <= half
  const shorter = tenBelow != tenAbove
  const below = rest <= half
  const above = one - rest <= half
  const middle = one >> 1
  const closerAbove = rest > middle || (rest == middle && (s & 1) != 0)
  const next = select<bool>(above, closerAbove, below != above)
  return putDecimal(op, select<u64>(sp + <u64>tenAbove, s + <u64>next, shorter), k + <i32>shorter)
}

/** Any positive finite double. */
// @ts-ignore: decorator
@inline
function putShortest(op: usize, value: f64): usize {
  const bits = reinterpret<u64>(value)
  const fraction = bits & 0x000fffffffffffff
  const biased = <i32>(bits >> 52)
  const q = biased - 1075
  return q >= NEAR_LOW && q <= NEAR_HIGH && fraction != 0
    ? putNear(op, fraction | 0x0010000000000000, q)
    : putFar(op, fraction, biased)
}

/** Those that are very large or very small, and powers of two. */
function putFar(op: usize, fraction: u64, biased: i32): usize {
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
