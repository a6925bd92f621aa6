// Integers as decimal digits, without a loop over them.

/**
 * Sixteen decimal digits, one a byte, the first in the lowest byte: those of two numbers below 10^8, `high` in front. It divides
 * in halves, all at once inside one vector: two numbers of eight digits, four of four, eight of two, sixteen of one. The
 * multiplications stand for divisions by 10000, 100 and 10 and are exact in the ranges that occur.
 */
// @ts-ignore: decorator
@inline
export function sixteenDigits(high: u32, low: u32): v128 {
  const eights = i64x2.splat(<i64>(<u64>high | (<u64>low << 32)))
  const upper = i64x2.shr_u(i64x2.extmul_low_i32x4_u(eights, i32x4.splat(0xd1b71759)), 45)
  const lower = i32x4.sub(i64x2.extend_low_i32x4_u(eights), i32x4.mul(upper, i32x4.splat(10000)))
  const fours = v128.or(upper, i64x2.shl(lower, 32))
  const hundreds = i32x4.shr_u(i32x4.mul(fours, i32x4.splat(5243)), 19)
  const twos = v128.or(hundreds, i32x4.shl(i32x4.sub(fours, i32x4.mul(hundreds, i32x4.splat(100))), 16))
  const tens = i16x8.shr_u(i16x8.mul(twos, i16x8.splat(103)), 10)
  return v128.or(tens, i16x8.shl(i16x8.sub(twos, i16x8.mul(tens, i16x8.splat(10))), 8))
}

/** Which of sixteen digits are zeros, one bit each. */
// @ts-ignore: decorator
@inline
export function zerosIn(digits: v128): u32 {
  return <u32>i8x16.bitmask(i8x16.eq(digits, i8x16.splat(0)))
}

export function putU64(op: usize, x: u64): usize {
  return x <= u32.MAX_VALUE ? putU32(op, <u32>x) : putLong(op, x)
}

/** The same for 32 bits: a look-up for every three digits, and no division of 64 bits. */
// @ts-ignore: decorator
@inline
export function putU32(op: usize, x: u32): usize {
  if (x < 1000) return putFirst(op, x)
  if (x < 1_000_000) return putThousands(op, x)
  const millions = x / 1_000_000
  const rest = x - millions * 1_000_000
  const thousands = rest / 1000
  op = millions < 1000 ? putFirst(op, millions) : putThousands(op, millions)
  return putThree(putThree(op, thousands), rest - thousands * 1000)
}

/** The same for 16 bits. */
// @ts-ignore: decorator
@inline
export function putU16(op: usize, x: u32): usize {
  return x < 1000 ? putFirst(op, x) : putThousands(op, x)
}

/** The same for 8 bits, and for a positive fixint, as most integers are. */
// @ts-ignore: decorator
@inline
export function putU8(op: usize, x: u32): usize {
  return putFirst(op, x)
}

/** Of more than 32 bits; stores up to 16 bytes more than 4. */
function putLong(op: usize, x: u64): usize {
  const upper = x / 100_000_000
  const last = <u32>(x - upper * 100_000_000)
  if (upper >= 100_000_000) {
    const first = <u32>(upper / 100_000_000)
    op = putU16(op, first)
    const digits = sixteenDigits(<u32>(upper - <u64>first * 100_000_000), last)
    v128.store(op, v128.or(digits, i8x16.splat(0x30)))
    return op + 16
  }
  const digits = sixteenDigits(<u32>upper, last)
  const zeros = ctz(~zerosIn(digits))
  // The leading zeros move out, and what moves in counts no more.
  const from = i8x16.add(i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), i8x16.splat(<i8>zeros))
  v128.store(op, i8x16.swizzle(v128.or(digits, i8x16.splat(0x30)), from))
  return op + 16 - <usize>zeros
}

export function putI64(op: usize, x: i64): usize {
  if (x >= 0) return putU64(op, <u64>x)
  store<u8>(op, 0x2d) // -
  return putU64(op + 1, 0 - <u64>x)
}

/**
 * For 0 to 999 the three digits as characters, and in the fourth byte how many bits of leading zeros are in front of the
 * number. 4 KB: of that the hot rows of a real column stay in the cache.
 */
const threes = memory.data(1000 * 4, 16)

export function openIntegers(): void {
  for (let x: u32 = 0; x < 1000; ++x) {
    const zeros: u32 = x < 10 ? 16 : x < 100 ? 8 : 0
    const digits = (x / 100) | (((x / 10) % 10) << 8) | ((x % 10) << 16)
    store<u32>(threes + (x << 2), digits | 0x303030 | (zeros << 24))
  }
}

/** Below 1000, without leading zeros; stores four bytes. */
// @ts-ignore: decorator
@inline
function putFirst(op: usize, x: u32): usize {
  const entry = load<u32>(threes + (<usize>x << 2))
  const zeros = entry >> 24
  store<u32>(op, entry >> zeros)
  return op + 3 - <usize>(zeros >> 3)
}

/** Below 1000, with them; stores four bytes. */
// @ts-ignore: decorator
@inline
function putThree(op: usize, x: u32): usize {
  store<u32>(op, load<u32>(threes + (<usize>x << 2)))
  return op + 3
}

/** From 1000 to 999,999. */
// @ts-ignore: decorator
@inline
function putThousands(op: usize, x: u32): usize {
  const thousands = x / 1000
  return putThree(putFirst(op, thousands), x - thousands * 1000)
}

/** The six characters of a number below 10^6, with leading zeros, in the lower bytes. */
// @ts-ignore: decorator
@inline
export function sixDigits(x: u32): u64 {
  const thousands = x / 1000
  const high = load<u32>(threes + (<usize>thousands << 2)) & 0xffffff
  const low = load<u32>(threes + (<usize>(x - thousands * 1000) << 2)) & 0xffffff
  return <u64>high | (<u64>low << 24)
}
