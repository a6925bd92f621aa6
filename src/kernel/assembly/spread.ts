// Bytes of which some get one more in front of them: the quotes of csv, the escapes of JSON and tsv. Where each byte of the
// result comes from is looked up for eight at once, so a text full of quotes takes no branch for each. Nor does it take one for
// vectors without any, once one of the text had some: in texts with many quotes that would be foretold wrongly too often.

/** For each set of eight bytes the origins of the result's bytes: 0 to 7, and 0x80 for a byte that is put in front. */
const origins = memory.data(256 * 16, 16)

export function openSpread(): void {
  for (let set: u32 = 0; set < 256; ++set) {
    let to = origins + (set << 4)
    for (let i: u32 = 0; i < 8; ++i) {
      if (set & (1 << i)) store<u8>(to++, 0x80)
      store<u8>(to++, <u8>i)
    }
  }
}

/** The first eight bytes of a vector. Stores 16 bytes, of which 8 count and one more for each bit of `set`. */
// @ts-ignore: decorator
@inline
function spreadEight(op: usize, v: v128, set: u32, front: v128): usize {
  const from = v128.load(origins + (<usize>set << 4))
  // An index of 0x80 is beyond the vector and makes a zero; shifted right with its sign it is all ones.
  const put = v128.and(i8x16.shr_s(from, 7), front)
  v128.store(op, v128.or(i8x16.swizzle(v, from), put))
  return op + 8 + <usize>popcnt(set)
}

/** 16 bytes, those of `set` with `front` before them. Stores up to 32 bytes, and at most 8 beyond the end that it returns. */
// @ts-ignore: decorator
@inline
export function spread(op: usize, v: v128, set: u32, front: v128): usize {
  op = spreadEight(op, v, set & 0xff, front)
  return spreadEight(op, v128.shuffle<u8>(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15), set >> 8, front)
}

/**
 * The first `count` of 16 bytes in the same way, no bit of `set` beyond them. Stores as much, so up to 16 bytes more than it
 * returns.
 */
// @ts-ignore: decorator
@inline
export function spreadFirst(op: usize, v: v128, count: usize, set: u32, front: v128): usize {
  // Behind the last bit each byte takes one.
  return spread(op, v, set, front) - (16 - count)
}
