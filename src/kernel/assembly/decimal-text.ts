// The digits of a double as text, with a point or an exponent, laid out as ECMA-262 does:
// https://tc39.es/ecma262/#sec-numeric-types-number-tostring

import { putU32, putU64, sixDigits, sixteenDigits, zerosIn } from './integers'

/** For each place of the point from 0 to 16: where the bytes behind the first digit come from, and the point. */
const places = memory.data(17 * 32, 16)

export function openDecimalText(): void {
  for (let point: usize = 0; point <= 16; ++point) {
    const place = places + (point << 5)
    for (let i: usize = 0; i < 16; ++i) {
      const isPoint = i + 1 == point
      // An index beyond the vector makes a zero, which the point is put into.
      store<u8>(place + i, <u8>(isPoint ? 0x80 : i + 1 < point ? i : i - 1))
      store<u8>(place + i, isPoint ? 0x2e : 0, 16)
    }
  }
}

/** A number below 10^15 over 10^6 that is no integer; stores up to 9 bytes behind the integer before the point. */
// @ts-ignore: decorator
@inline
export function putSixDecimals(op: usize, millionths: u64): usize {
  const whole = <u32>(millionths / 1_000_000)
  op = putU32(op, whole)
  const digits = sixDigits(<u32>(millionths - <u64>whole * 1_000_000))
  store<u8>(op, 0x2e) // .
  store<u64>(op, digits, 1)
  // Trailing zeros are the highest of the six bytes.
  return op + 7 - <usize>(clz((digits ^ 0x303030303030) << 16) >> 3)
}

/** digits * 10^exponent, with 1 to 17 digits. Stores up to 32 bytes. */
// @ts-ignore: decorator
@inline
export function putDecimal(op: usize, digits: u64, exponent: i32): usize {
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
  const first = nine / 100_000_000
  const rest = sixteenDigits(nine - first * 100_000_000, <u32>(digits - <u64>nine * 100_000_000))
  // Trailing zeros are the highest bits that are set.
  const length = 33 - <i32>clz(zerosIn(rest) ^ 0xffff)
  const text = v128.or(rest, i8x16.splat(0x30))
  if (point > 0 && point <= 16 && length > point) {
    const place = places + (<usize>point << 5)
    store<u8>(op, <u8>(first | 0x30))
    v128.store(op, v128.or(i8x16.swizzle(text, v128.load(place)), v128.load(place, 16)), 1)
    store<u8>(op, i8x16.extract_lane_u(text, 15), 17)
    return op + length + 1
  }
  if (point <= 0 && point > -6) {
    store<u64>(op, 0x3030303030302e30) // 0.000000
    op += 2 - point
    putDigits(op, first, text)
    return op + length
  }
  return putFarDecimal(op, point, length, first, text)
}

// @ts-ignore: decorator
@inline
function putDigits(op: usize, first: u32, text: v128): void {
  store<u8>(op, <u8>(first | 0x30))
  v128.store(op, text, 1)
}

/** Integers of at least 2^53, and numbers with an exponent. */
function putFarDecimal(op: usize, point: i32, length: i32, first: u32, text: v128): usize {
  putDigits(op, first, text)
  if (point > 0 && point <= 21) {
    for (let i = length; i < point; ++i) store<u8>(op + i, 0x30)
    return op + point
  }
  op += 1
  if (length > 1) {
    store<u8>(op, 0x2e)
    v128.store(op, text, 1)
    op += length
  }
  store<u16>(op, point > 0 ? 0x2b65 : 0x2d65) // e+ or e-
  return putU64(op + 2, <u64>abs(point - 1))
}
