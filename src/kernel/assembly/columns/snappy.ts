// Snappy, raw format: https://github.com/google/snappy/blob/main/format_description.txt
// A greedy matcher over blocks of 64 KiB, as the reference implementation has it.

const BLOCK: usize = 1 << 16
const TABLE_BITS: u32 = 14
const table = memory.data(1 << 15, 16)

export function snappyBound(bytes: usize): usize {
  return 32 + bytes + bytes / 6
}

// @ts-ignore: decorator
@inline
function hash(word: u32, shift: u32): usize {
  return <usize>((word * 0x1e35a7bd) >> shift)
}

/**
 * Compresses `bytes` bytes. Returns the end; there must be room for `snappyBound`, and 64 bytes to spare on
 * both sides.
 */
export function snappyCompress(src: usize, bytes: usize, op: usize): usize {
  let rest = bytes
  while (rest > 0x7f) {
    store<u8>(op++, <u8>(rest | 0x80))
    rest >>= 7
  }
  store<u8>(op++, <u8>rest)
  const end = src + bytes
  for (let block = src; block < end; block += BLOCK) op = compressBlock(block, min(end, block + BLOCK), op)
  return op
}

function putLiteral(op: usize, from: usize, bytes: usize): usize {
  const n = <u32>bytes - 1
  if (n < 60) {
    store<u8>(op++, <u8>(n << 2))
    v128.store(op, v128.load(from))
    if (bytes > 16) {
      v128.store(op, v128.load(from, 16), 16)
      v128.store(op, v128.load(from, 32), 32)
      v128.store(op, v128.load(from, 48), 48)
    }
    return op + bytes
  }
  if (n < 256) {
    store<u16>(op, <u16>((n << 8) | (60 << 2)))
    op += 2
  } else {
    store<u8>(op, 61 << 2)
    store<u16>(op, <u16>n, 1)
    op += 3
  }
  memory.copy(op, from, bytes)
  return op + bytes
}

function putCopy(op: usize, offset: u32, length: u32): usize {
  // Long matches in pieces of 64, such that at least four bytes stay for the last.
  while (length >= 68) {
    store<u32>(op, (offset << 8) | (63 << 2) | 2)
    op += 3
    length -= 64
  }
  if (length > 64) {
    store<u32>(op, (offset << 8) | (59 << 2) | 2)
    op += 3
    length -= 60
  }
  if (length < 12 && offset < 2048) {
    store<u16>(op, <u16>(((offset >> 8) << 5) | ((length - 4) << 2) | 1 | ((offset & 0xff) << 8)))
    return op + 2
  }
  store<u32>(op, (offset << 8) | ((length - 1) << 2) | 2)
  return op + 3
}

/** How many bytes are equal from both places on. */
// @ts-ignore: decorator
@inline
export function matchLength(a: usize, b: usize, end: usize): usize {
  const start = b
  while (b + 8 <= end) {
    const difference = load<u64>(a) ^ load<u64>(b)
    if (difference != 0) return b - start + <usize>(ctz(difference) >> 3)
    a += 8
    b += 8
  }
  while (b < end && load<u8>(a) == load<u8>(b)) {
    a++
    b++
  }
  return b - start
}

function compressBlock(start: usize, end: usize, op: usize): usize {
  // Small blocks need, and clear, small tables.
  let bits: u32 = 8
  while (bits < TABLE_BITS && (<usize>1 << bits) < end - start) ++bits
  memory.fill(table, 0, <usize>2 << bits)
  const shift = 32 - bits
  let literal = start
  let at = start + 1
  // Matches are looked for where 15 more bytes can be read.
  if (end - start >= 16) {
    const limit = end - 15
    // Each 32 bytes without a match look less closely: data that does not compress passes quickly.
    let skip: usize = 32
    while (at <= limit) {
      const word = load<u32>(at)
      const slot = table + (hash(word, shift) << 1)
      const candidate = start + <usize>load<u16>(slot)
      store<u16>(slot, <u16>(at - start))
      if (load<u32>(candidate) != word || candidate >= at) {
        at += skip++ >> 5
        continue
      }
      if (literal < at) op = putLiteral(op, literal, at - literal)
      const length: usize = 4 + matchLength(candidate + 4, at + 4, end)
      op = putCopy(op, <u32>(at - candidate), <u32>length)
      at += length
      literal = at
      skip = 32
      if (at <= limit) store<u16>(table + (hash(load<u32>(at - 1), shift) << 1), <u16>(at - 1 - start))
    }
  }
  return literal < end ? putLiteral(op, literal, end - literal) : op
}
