// The inner loop of every text format: copy text 16 bytes at a time while nothing in it needs attention.

/** The bytes of a vector that cannot simply be copied, one bit each. */
// @ts-ignore: decorator
@inline
function attention(v: v128, below: v128, one: v128, other: v128): u32 {
  // Signed: bytes of 0x80 and more are negative, so the one comparison finds control characters and everything that
  // is not ASCII.
  const hits = v128.or(v128.or(i8x16.lt_s(v, below), i8x16.eq(v, one)), i8x16.eq(v, other))
  return <u32>i8x16.bitmask(hits)
}

/**
 * Copies text up to the first vector that holds a byte below `below`, beyond ASCII, or equal to `one` or `other`.
 * Returns how much was copied: all of it, or a multiple of 16 that the caller goes on from with more care. Reads up
 * to 15 bytes beyond the end of the text and writes as many.
 */
// @ts-ignore: decorator
@inline
export function putPlain(op: usize, src: usize, bytes: usize, below: v128, one: v128, other: v128): usize {
  let i: usize = 0
  for (; i + 16 <= bytes; i += 16) {
    const v = v128.load(src + i)
    v128.store(op + i, v)
    if (attention(v, below, one, other)) return i
  }
  const v = v128.load(src + i)
  v128.store(op + i, v)
  // Beyond the end stands the next value, which does not count.
  return attention(v, below, one, other) & ((1 << <u32>(bytes - i)) - 1) ? i : bytes
}
