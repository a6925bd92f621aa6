// Literals and matches one at a time, where input or output may end at any bit or byte. A literal, or a match with all
// its bits, is used only when all of it is there: at most 48 bits, which the buffer holds.

import { mask, refill } from './bits'
import { DISTANCE_TABLE, LITERAL_TABLE } from './layout'
import { Failure, S, Step, fail } from './state'
import { BLOCK_END, DISTANCE_BITS, LITERAL_BITS, SPECIAL, SUBTABLE } from './tables'

/** Looks the bits up that come behind the next `used` ones, in the second table where there is one. */
function find(table: usize, rootBits: u64, used: u64): void {
  const buffer = S.buffer >> used
  let entry = load<u32>(table + (<usize>(buffer & mask(rootBits)) << 2))
  S.skipped = used
  if (entry & SUBTABLE) {
    const index = (entry >> 16) + <u32>((buffer >> rootBits) & mask(<u64>(entry >> 8) & 63))
    entry = load<u32>(table + (<usize>index << 2))
    S.skipped = used + rootBits
  }
  S.entry = entry
}

/** The length or distance of the entry that was found. */
function foundValue(): u32 {
  const entry = S.entry
  const buffer = S.buffer >> S.skipped
  return (entry >> 16) + <u32>((buffer & mask(<u64>entry & 63)) >> ((<u64>entry >> 8) & 63))
}

/** Takes one literal or match, or the end of the block. False when there is no input for it, no room, or a failure. */
export function putSymbol(): bool {
  refill()
  const bits = S.bits
  find(LITERAL_TABLE, LITERAL_BITS, 0)
  let entry = S.entry
  // Bits that are not there are read as any: what was found counts only if its code is there.
  const code = S.skipped + ((<u64>entry >> 8) & 63)
  if (bits < code) return false
  if (<i32>entry < 0) {
    if (S.output == S.outputLimit) return false
    store<u8>(S.output, entry >> 16)
    S.output += 1
    S.buffer >>= code
    S.bits -= code
    return true
  }
  if (entry & SPECIAL) {
    if ((entry & BLOCK_END) != BLOCK_END) return fail(Failure.LiteralCode)
    S.buffer >>= code
    S.bits -= code
    S.step = Step.Block
    return true
  }
  let used = S.skipped + (<u64>entry & 63)
  if (bits < used) return false
  const length = foundValue()
  find(DISTANCE_TABLE, DISTANCE_BITS, used)
  entry = S.entry
  if (bits < S.skipped + ((<u64>entry >> 8) & 63)) return false
  if (entry & SPECIAL) return fail(Failure.DistanceCode)
  used = S.skipped + (<u64>entry & 63)
  if (bits < used) return false
  const distance = foundValue()
  if (<usize>distance > S.output - S.history) return fail(Failure.TooFar)
  S.buffer >>= used
  S.bits -= used
  S.length = length
  S.distance = distance
  S.step = Step.Copy
  return true
}

/** Copies as much of a match as there is room for, byte by byte as they may overlap. False when some is left. */
export function copyMatch(): bool {
  const distance = S.distance
  let at = S.output
  const bytes = min(<usize>S.length, S.outputLimit - at)
  const end = at + bytes
  for (; at < end; ++at) store<u8>(at, load<u8>(at - distance))
  S.output = at
  S.length -= <u32>bytes
  if (S.length > 0) return false
  S.step = Step.Symbols
  return true
}
