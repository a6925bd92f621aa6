// LZ4: blocks, https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md, in a frame,
// https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md. The matcher is that of ./snappy.

import { matchLength } from './snappy'

/** Of each block, which none other refers to. */
const BLOCK: usize = 1 << 16
const TABLE_BITS: u32 = 14
const table = memory.data(1 << 15, 16)

/** The last match begins as many bytes before the end of a block, and ends as many before it. */
const LAST_MATCH: usize = 12
const LAST_LITERALS: usize = 5

/** At most as many bytes as a frame takes. */
export function lz4Bound(bytes: usize): usize {
  return 32 + bytes + bytes / 255 + (bytes / BLOCK + 1) * 24
}

/** Compresses `bytes` bytes to a frame. Returns its end; there must be room for `lz4Bound`, and 64 bytes to spare. */
export function lz4Frame(src: usize, bytes: usize, op: usize): usize {
  store<u32>(op, 0x184d2204)
  // Version 1, blocks that stand alone and have up to 64 KiB, no checksums; then the checksum of these two bytes.
  store<u32>(op, 0x824060, 4)
  op += 7
  const end = src + bytes
  for (let from = src; from < end; from += BLOCK) {
    const to = min(end, from + BLOCK)
    const length = to - from
    const packed = compressBlock(from, to, op + 4) - op - 4
    if (packed < length) {
      store<u32>(op, <u32>packed)
      op += 4 + packed
    } else {
      store<u32>(op, <u32>length | 0x80000000)
      memory.copy(op + 4, from, length)
      op += 4 + length
    }
  }
  store<u32>(op, 0)
  return op + 4
}

/**
 * Compresses `bytes` bytes to one block, in which copies reach no further than into the same 64 KiB. Returns its end; room
 * is to be as for a frame.
 */
export function lz4Block(src: usize, bytes: usize, op: usize): usize {
  const end = src + bytes
  literals = src
  for (let from = src; from < end; from += BLOCK) op = putMatches(from, min(end, from + BLOCK), op)
  return putLiterals(op, literals, end - literals, 0)
}

/** Where the bytes begin that no match has: they go before the next one. */
let literals: usize = 0

/** The part of a length that does not fit its four bits. */
// @ts-ignore: decorator
@inline
function putRest(op: usize, length: usize): usize {
  if (length < 15) return op
  let rest = length - 15
  for (; rest >= 255; rest -= 255) store<u8>(op++, 255)
  store<u8>(op, <u8>rest)
  return op + 1
}

function putLiterals(op: usize, from: usize, length: usize, matched: usize): usize {
  store<u8>(op, <u8>((min<usize>(length, 15) << 4) | min<usize>(matched, 15)))
  op = putRest(op + 1, length)
  if (length <= 16) v128.store(op, v128.load(from))
  else memory.copy(op, from, length)
  return op + length
}

function compressBlock(start: usize, end: usize, op: usize): usize {
  literals = start
  op = putMatches(start, end, op)
  return putLiterals(op, literals, end - literals, 0)
}

function putMatches(start: usize, end: usize, op: usize): usize {
  let bits: u32 = 8
  while (bits < TABLE_BITS && (<usize>1 << bits) < end - start) ++bits
  memory.fill(table, 0, <usize>2 << bits)
  const shift = 32 - bits
  let literal = literals
  let at = start + 1
  if (end - start > LAST_MATCH) {
    const limit = end - LAST_MATCH
    let skip: usize = 32
    while (at <= limit) {
      const word = load<u32>(at)
      const slot = table + (<usize>((word * 0x1e35a7bd) >> shift) << 1)
      const candidate = start + <usize>load<u16>(slot)
      store<u16>(slot, <u16>(at - start))
      if (load<u32>(candidate) != word || candidate >= at) {
        at += skip++ >> 5
        continue
      }
      // Beyond the four that are always equal.
      const more = matchLength(candidate + 4, at + 4, end - LAST_LITERALS)
      op = putLiterals(op, literal, at - literal, more)
      store<u16>(op, <u16>(at - candidate))
      op = putRest(op + 2, more)
      at += 4 + more
      literal = at
      skip = 32
      if (at <= limit) store<u16>(table + (<usize>((load<u32>(at - 1) * 0x1e35a7bd) >> shift) << 1), <u16>(at - 1 - start))
    }
  }
  literals = literal
  return op
}
