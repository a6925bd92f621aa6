// The inner loop of every text format: copy text while nothing in it needs attention.

/** The bytes of a vector that cannot simply be copied. */
// @ts-ignore: decorator
@inline
function attention(v: v128, below: v128, one: v128, other: v128): v128 {
  // Signed: bytes of 0x80 and more are negative, so the one comparison finds control characters and everything that
  // is not ASCII.
  return v128.or(v128.or(i8x16.lt_s(v, below), i8x16.eq(v, one)), i8x16.eq(v, other))
}

/**
 * Copies the 32 bytes at `src`, and returns a bit for each that cannot simply be copied. One length of copy for all texts of
 * fewer than 32 bytes: their lengths vary, so a branch on them would be foretold wrongly again and again.
 */
// @ts-ignore: decorator
@inline
export function copyTwo(op: usize, src: usize, below: v128, one: v128, other: v128): u32 {
  const v = v128.load(src)
  const w = v128.load(src, 16)
  v128.store(op, v)
  v128.store(op, w, 16)
  const first = <u32>i8x16.bitmask(attention(v, below, one, other))
  return first | (<u32>i8x16.bitmask(attention(w, below, one, other)) << 16)
}

/**
 * Copies text up to the first 32 bytes of which one is below `below`, beyond ASCII, or equal to `one` or `other`.
 * Returns how much was copied: all of it, or a multiple of 32 that the caller goes on from with more care. Reads up
 * to 32 bytes beyond the end of the text and writes as many.
 */
// @ts-ignore: decorator
@inline
export function putPlain(op: usize, src: usize, bytes: usize, below: v128, one: v128, other: v128): usize {
  let i: usize = 0
  for (; i + 32 <= bytes; i += 32) {
    const v = v128.load(src + i)
    const w = v128.load(src + i, 16)
    v128.store(op + i, v)
    v128.store(op + i, w, 16)
    if (v128.any_true(v128.or(attention(v, below, one, other), attention(w, below, one, other)))) return i
  }
  // Beyond the end stands the next value, which does not count.
  return copyTwo(op + i, src + i, below, one, other) & ((1 << <u32>(bytes - i)) - 1) ? i : bytes
}
