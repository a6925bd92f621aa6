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

/** The same for 32 bits, which saves a 64-bit division. */
// @ts-ignore: decorator
@inline
export function putU32(op: usize, x: u32): usize {
  if (x < 100_000_000) return putShort(op, x)
  // Ten digits at most: one or two, then eight.
  const first = x / 100_000_000
  const two = first >= 10
  store<u16>(op, <u16>(two ? (first / 10) | ((first % 10) << 8) : first) | 0x3030)
  return putEight(op + 1 + <usize>two, x - first * 100_000_000)
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

/** For 0 to 127 the text in the lower three bytes and its length in the fourth. */
const small = memory.data(128 * 4, 16)

export function openIntegers(): void {
  for (let x: u32 = 0; x < 128; ++x) {
    const at = small + x * 4
    store<u8>(at, <u8>(putU64(at, x) - at), 3)
  }
}

/** A positive fixint, as most integers are; stores four bytes. */
// @ts-ignore: decorator
@inline
export function putSmall(op: usize, x: i32): usize {
  const entry = load<u32>(small + (<usize>x << 2))
  store<u32>(op, entry)
  return op + <usize>(entry >> 24)
}
