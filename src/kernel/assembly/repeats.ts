// Counts hashes of keys (watch.ts) that were there before. The host keeps the hashes, as they may be more than memory holds, and
// brings them one part after the other; so the table of a part mostly stays in the cache of a processor.

import { allocate, releaseAll, resizeLast } from './memory'
import { HASH } from './watch'

/** Hashes that come at once. */
const INPUT: usize = 4096

/** More different hashes than this get their room as they come: many may be the same. */
const MOST_EXPECTED: u32 = 1 << 20

/** Places of the largest table: with its hashes it takes 3 GiB. */
const MOST_SLOTS: u32 = 1 << 28

let input: usize = 0

/** The different hashes, in the order they came. */
let distinct: usize = 0
let count: u32 = 0

/** At most half full: 0, or the number of a hash, from 1 on. Behind room for as many hashes. */
let table: usize = 0
let slots: u32 = 0

/** Forgets all hashes; about as many as `expected` will come. Returns where to put them, 0 when there is no memory. */
export function beginRepeats(expected: u32): usize {
  releaseAll()
  input = allocate(INPUT * HASH)
  distinct = input + INPUT * HASH
  count = 0
  slots = 64
  while (slots < 2 * min(expected, MOST_EXPECTED)) slots <<= 1
  return makeTable() ? input : 0
}

/** How many of `hashes` new ones were there before; -1 when there is no memory. */
export function countRepeats(hashes: u32): i32 {
  let repeated = 0
  for (let at = input, end = input + <usize>hashes * HASH; at < end; at += HASH) {
    if (count == slots >> 1 && !grow()) return -1
    const hash = v128.load(at)
    let slot = slotOf(at)
    while (true) {
      const number = load<u32>(table + <usize>slot * 4)
      if (number == 0) {
        v128.store(distinct + <usize>count * HASH, hash)
        count += 1
        store<u32>(table + <usize>slot * 4, count)
        break
      }
      if (!v128.any_true(v128.xor(hash, v128.load(distinct + <usize>(number - 1) * HASH)))) {
        repeated += 1
        break
      }
      slot = (slot + 1) & (slots - 1)
    }
  }
  return repeated
}

/** By bytes that do not tell its part. */
// @ts-ignore: decorator
@inline
function slotOf(hash: usize): u32 {
  return load<u32>(hash, 4) & (slots - 1)
}

function grow(): bool {
  if (slots == MOST_SLOTS) return false
  slots <<= 1
  if (!makeTable()) return false
  for (let i: u32 = 0; i < count; ++i) {
    let slot = slotOf(distinct + <usize>i * HASH)
    while (load<u32>(table + <usize>slot * 4)) slot = (slot + 1) & (slots - 1)
    store<u32>(table + <usize>slot * 4, i + 1)
  }
  return true
}

function makeTable(): bool {
  table = distinct + <usize>(slots >> 1) * HASH
  const bytes = <usize>slots * 4
  if (!resizeLast(input, table + bytes - input)) return false
  memory.fill(table, 0, bytes)
  return true
}
