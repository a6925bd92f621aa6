// The RLE / bit-packing hybrid of levels and dictionary indices:
// https://github.com/apache/parquet-format/blob/master/Encodings.md#RLE

/** At most as many bytes as `encodeHybrid` writes, for values of up to 32 bits. */
export function hybridBound(values: u32, bitWidth: u32): usize {
  return ((<usize>values + 7) / 8) * bitWidth + (<usize>values / 8 + 2) * 10
}

export function bitWidthOf(maximum: u32): u32 {
  return 32 - clz(maximum)
}

function putVarint(op: usize, value: u32): usize {
  while (value > 0x7f) {
    store<u8>(op++, <u8>(value | 0x80))
    value >>= 7
  }
  store<u8>(op, <u8>value)
  return op + 1
}

/** One run of a value. */
export function putRun(op: usize, value: u32, length: u32, bitWidth: u32): usize {
  op = putVarint(op, length << 1)
  for (let bits: u32 = 0; bits < bitWidth; bits += 8) {
    store<u8>(op++, <u8>value)
    value >>= 8
  }
  return op
}

// @ts-ignore: decorator
@inline
function valueAt<T>(values: usize, index: u32): u32 {
  return <u32>load<T>(values + <usize>index * sizeof<T>())
}

/** Whole groups of eight; the last one is filled up with zeros. */
function putPacked<T>(op: usize, values: usize, from: u32, to: u32, bitWidth: u32): usize {
  const groups = (to - from + 7) / 8
  op = putVarint(op, (groups << 1) | 1)
  const end = op + <usize>groups * bitWidth
  let word: u64 = 0
  let filled: u32 = 0
  for (let i = from; i < to; ++i) {
    word |= <u64>valueAt<T>(values, i) << filled
    filled += bitWidth
    // At most 31 bits stay, so the next value fits whatever its width.
    if (filled >= 32) {
      store<u32>(op, <u32>word)
      op += 4
      word >>= 32
      filled -= 32
    }
  }
  store<u64>(op, word)
  memory.fill(op + 8, 0, end > op + 8 ? end - op - 8 : 0)
  return end
}

/** Values of type T, a byte or four each. Returns the end. Writes up to 16 bytes beyond it. */
export function encodeHybrid<T>(op: usize, values: usize, count: u32, bitWidth: u32): usize {
  let pending: u32 = 0
  let i: u32 = 0
  while (i < count) {
    const value = valueAt<T>(values, i)
    let end = i + 1
    while (end < count && valueAt<T>(values, end) == value) ++end
    if (end - i >= 8) {
      if (pending < i) op = putPacked<T>(op, values, pending, i, bitWidth)
      op = putRun(op, value, end - i, bitWidth)
      i = end
      pending = i
    } else {
      // Packed values go in groups of eight; what is left of a longer run may still become one.
      i = min(i + 8, count)
    }
  }
  if (pending < count) op = putPacked<T>(op, values, pending, count, bitWidth)
  return op
}
