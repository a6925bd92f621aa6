// CRC-32 as RFC 1952 has it, in vectors but without a carry-less multiplication, which WebAssembly lacks.
//
// The bits of the data are a polynomial, and the checksum is what is left of it modulo another one, P. The polynomial
// Q = x^300 + x^155 + x^117 + x^89 + 1 is a multiple of P. So is Q^128, which with coefficients of one bit is the same
// as Q with each exponent times 128: x^38400 is x^19840 + x^14976 + x^11392 + 1 modulo P. In blocks of 128 bits: a block
// may be taken away if it is added, by XOR, to those that come 145, 183, 211 and 300 blocks later. All blocks but the
// last 300 are taken away like this, and those are worked through byte by byte.

import { CRC_RING, CRC_TABLES } from './layout'

const POLYNOMIAL: u32 = 0xedb88320

/** Blocks that are left, the furthest that one is added to. */
const LEFT: usize = 300
/** Blocks in the ring, which remembers what was taken away: a power of two that is larger than `LEFT`. */
const RING: usize = 512
/** With fewer bytes working through the last blocks takes longer than taking away the others saves. */
const SHORT: usize = 16384

/** Table n says what a byte comes to n bytes later. */
export function openCrc(): void {
  for (let byte: u32 = 0; byte < 256; ++byte) {
    let crc = byte
    for (let bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? POLYNOMIAL : 0)
    store<u32>(CRC_TABLES + (byte << 2), crc)
  }
  for (let i: usize = 256; i < 2048; ++i) {
    const before = load<u32>(CRC_TABLES + ((i - 256) << 2))
    store<u32>(CRC_TABLES + (i << 2), (before >> 8) ^ entry(0, before & 0xff))
  }
}

// @ts-ignore: decorator
@inline
function entry(table: usize, byte: u32): u32 {
  return load<u32>(CRC_TABLES + (table << 10) + (<usize>byte << 2))
}

// @ts-ignore: decorator
@inline
export function crc32OfByte(crc: u32, byte: u32): u32 {
  return (crc >> 8) ^ entry(0, (crc ^ byte) & 0xff)
}

/** Goes on with a checksum that is not yet inverted; that of nothing is all ones. */
export function crc32(crc: u32, at: usize, bytes: usize): u32 {
  if (bytes < SHORT) return crc32Sliced(crc, at, bytes)
  const blocks = bytes >> 4
  const rest = cancelBlocks(crc, at, blocks)
  return crc32Sliced(rest, at + (blocks << 4), bytes & 15)
}

function crc32Sliced(crc: u32, at: usize, bytes: usize): u32 {
  const end = at + bytes
  for (; at + 8 <= end; at += 8) crc = crc32OfEight(crc, load<u64>(at))
  for (; at < end; ++at) crc = crc32OfByte(crc, load<u8>(at))
  return crc
}

// @ts-ignore: decorator
@inline
function crc32OfEight(crc: u32, bytes: u64): u32 {
  const low = <u32>bytes ^ crc
  const high = <u32>(bytes >> 32)
  return (
    entry(7, low & 0xff) ^
    entry(6, (low >> 8) & 0xff) ^
    entry(5, (low >> 16) & 0xff) ^
    entry(4, low >> 24) ^
    entry(3, high & 0xff) ^
    entry(2, (high >> 8) & 0xff) ^
    entry(1, (high >> 16) & 0xff) ^
    entry(0, high >> 24)
  )
}

/** Where the ring has the block that was taken away `back` blocks before `block`. */
// @ts-ignore: decorator
@inline
function ringAt(block: usize, back: usize): usize {
  return CRC_RING + (((block - back) & (RING - 1)) << 4)
}

/** The checksum of `blocks` blocks, at least 301. */
function cancelBlocks(crc: u32, at: usize, blocks: usize): u32 {
  // Before the first block there is nothing.
  memory.fill(CRC_RING, 0, RING << 4)
  // To begin with a checksum is to add it to the first bytes.
  let first = v128.load(at)
  first = v128.xor(first, i32x4.replace_lane(i32x4.splat(0), 0, crc))
  v128.store(CRC_RING, first)
  const taken = blocks - LEFT
  let block: usize = 1
  while (block < taken) {
    // As far as no place in the ring comes to its end.
    let a = ringAt(block, 145)
    let b = ringAt(block, 183)
    let c = ringAt(block, 211)
    let d = ringAt(block, 300)
    let to = ringAt(block, 0)
    const nearest = CRC_RING + (RING << 4) - max(max(max(a, b), max(c, d)), to)
    const run = min(nearest >> 4, taken - block)
    let from = at + (block << 4)
    const end = from + (run << 4)
    for (; from < end; from += 16) {
      const earlier = v128.xor(v128.xor(v128.load(a), v128.load(b)), v128.xor(v128.load(c), v128.load(d)))
      v128.store(to, v128.xor(v128.load(from), earlier))
      a += 16
      b += 16
      c += 16
      d += 16
      to += 16
    }
    block += run
  }
  // What the last blocks got from those that were taken away.
  let rest: u32 = 0
  for (let i: usize = 0; i < LEFT; ++i) {
    block = taken + i
    let sum = v128.xor(v128.load(at + (block << 4)), v128.load(ringAt(block, 300)))
    if (i < 145) sum = v128.xor(sum, v128.load(ringAt(block, 145)))
    if (i < 183) sum = v128.xor(sum, v128.load(ringAt(block, 183)))
    if (i < 211) sum = v128.xor(sum, v128.load(ringAt(block, 211)))
    rest = crc32OfEight(rest, i64x2.extract_lane(sum, 0))
    rest = crc32OfEight(rest, i64x2.extract_lane(sum, 1))
  }
  return rest
}
