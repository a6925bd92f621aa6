// Split-block Bloom filters: https://github.com/apache/parquet-format/blob/master/BloomFilter.md
// A column's distinct values of a row group are hashed with XXH64; the filter is made of the hashes when the group closes.

import { Buffer, newBuffer, reserve } from './buffer'
import { isBytes, Kind, Leaf } from './tree'
import { putBigEndian } from './pages'

const PRIME_1: u64 = 0x9e3779b185ebca87
const PRIME_2: u64 = 0xc2b2ae3d27d4eb4f
const PRIME_3: u64 = 0x165667b19e3779f9
const PRIME_4: u64 = 0x85ebca77c2b2ae63
const PRIME_5: u64 = 0x27d4eb2f165667c5

// @ts-ignore: decorator
@inline
function round(state: u64, word: u64): u64 {
  return rotl<u64>(state + word * PRIME_2, 31) * PRIME_1
}

// @ts-ignore: decorator
@inline
function merge(hash: u64, state: u64): u64 {
  return (hash ^ round(0, state)) * PRIME_1 + PRIME_4
}

/** XXH64 with the seed 0: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md */
export function hash64(at: usize, bytes: usize): u64 {
  const end = at + bytes
  let hash: u64 = PRIME_5
  if (bytes >= 32) {
    let a: u64 = PRIME_1 + PRIME_2
    let b: u64 = PRIME_2
    let c: u64 = 0
    let d: u64 = 0 - PRIME_1
    for (; at + 32 <= end; at += 32) {
      a = round(a, load<u64>(at))
      b = round(b, load<u64>(at, 8))
      c = round(c, load<u64>(at, 16))
      d = round(d, load<u64>(at, 24))
    }
    hash = rotl<u64>(a, 1) + rotl<u64>(b, 7) + rotl<u64>(c, 12) + rotl<u64>(d, 18)
    hash = merge(merge(merge(merge(hash, a), b), c), d)
  }
  hash += <u64>bytes
  for (; at + 8 <= end; at += 8) hash = rotl<u64>(hash ^ round(0, load<u64>(at)), 27) * PRIME_1 + PRIME_4
  if (at + 4 <= end) {
    hash = rotl<u64>(hash ^ (<u64>load<u32>(at) * PRIME_1), 23) * PRIME_2 + PRIME_3
    at += 4
  }
  for (; at < end; ++at) hash = rotl<u64>(hash ^ (<u64>load<u8>(at) * PRIME_5), 11) * PRIME_1
  hash ^= hash >> 33
  hash *= PRIME_2
  hash ^= hash >> 29
  hash *= PRIME_3
  return hash ^ (hash >> 32)
}

/** Hashes of the batch's values, eight bytes each. */
let hashes: Buffer = changetype<Buffer>(0)

export function hashesAt(): usize {
  return hashes.at
}

const wide = memory.data(16, 16)

/** Hashes the batch's values as they are stored PLAIN, a text without its length. Returns how many there are. */
export function hashValues(leaf: Leaf): u32 {
  if (changetype<usize>(hashes) == 0) hashes = newBuffer(1 << 12)
  const values = leaf.values.at
  const count = <u32>(leaf.values.used / leaf.width)
  hashes.used = 0
  reserve(hashes, <usize>count << 3)
  const width = <usize>leaf.width
  for (let i: u32 = 0; i < count; ++i) {
    const value = values + <usize>i * width
    let hash: u64
    if (isBytes(leaf.kind)) {
      hash = hash64(<usize>load<u32>(value), <usize>load<u32>(value, 4))
    } else if (leaf.kind == Kind.Decimal128) {
      putBigEndian(wide, value, leaf.storedWidth)
      hash = hash64(wide, leaf.storedWidth)
    } else {
      hash = hash64(value, width)
    }
    store<u64>(hashes.at + (<usize>i << 3), hash)
  }
  return count
}
