// Integers as decimal digits, without a loop over them.

/**
 * The eight decimal digits of a number below 10^8, one a byte, the first digit in the lowest byte. It divides in
 * halves, all at once inside one 64-bit word: two numbers of four digits, four of two, eight of one. The
 * multiplications stand for divisions by 100 and by 10 and are exact in the ranges that occur.
 */
// @ts-ignore: decorator
@inline
export function eightDigits(x: u32): u64 {
  const upper = x / 10000
  const fours = <u64>upper | ((<u64>(x - upper * 10000)) << 32)
  const hundreds = ((fours * 10486) >> 20) & 0x0000007f0000007f
  const twos = hundreds | ((fours - hundreds * 100) << 16)
  const tens = ((twos * 103) >> 10) & 0x000f000f000f000f
  return tens | ((twos - tens * 10) << 8)
}

/** The same for two numbers below 10^8 at once, `high` in front. */
// @ts-ignore: decorator
@inline
export function sixteenDigits(high: u32, low: u32): v128 {
  const eights = i64x2.splat(<i64>(<u64>high | (<u64>low << 32)))
  // Division by 10000, exact for 32 bits: 0xd1b71759 is 2^45 / 10000, rounded up.
  const upper = i64x2.shr_u(i64x2.extmul_low_i32x4_u(eights, i32x4.splat(0xd1b71759)), 45)
  const lower = i32x4.sub(i64x2.extend_low_i32x4_u(eights), i32x4.mul(upper, i32x4.splat(10000)))
  const fours = v128.or(upper, i64x2.shl(lower, 32))
  const hundreds = i32x4.shr_u(i32x4.mul(fours, i32x4.splat(5243)), 19)
  const twos = v128.or(hundreds, i32x4.shl(i32x4.sub(fours, i32x4.mul(hundreds, i32x4.splat(100))), 16))
  const tens = i16x8.shr_u(i16x8.mul(twos, i16x8.splat(103)), 10)
  return v128.or(tens, i16x8.shl(i16x8.sub(twos, i16x8.mul(tens, i16x8.splat(10))), 8))
}

/** Makes digits characters. */
export const ASCII_ZEROS: u64 = 0x3030303030303030

/** A number below 10^8 without leading zeros; stores eight bytes whatever its length. */
// @ts-ignore: decorator
@inline
function putShort(op: usize, x: u32): usize {
  const digits = eightDigits(x)
  // Leading zeros are the low zero bytes. The last digit stays even if it is one.
  const zeros = <usize>(ctz(digits | (1 << 56)) >> 3)
  store<u64>(op, (digits | ASCII_ZEROS) >> (<u64>zeros << 3))
  return op + 8 - zeros
}

// @ts-ignore: decorator
@inline
function putEight(op: usize, x: u32): usize {
  store<u64>(op, eightDigits(x) | ASCII_ZEROS)
  return op + 8
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

function putLong(op: usize, x: u64): usize {
  const upper = x / 100_000_000
  const last = <u32>(x - upper * 100_000_000)
  if (upper < 100_000_000) {
    op = putShort(op, <u32>upper)
  } else {
    const first = upper / 100_000_000
    op = putShort(op, <u32>first)
    op = putEight(op, <u32>(upper - first * 100_000_000))
  }
  return putEight(op, last)
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
