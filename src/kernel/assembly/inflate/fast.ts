// The hot loop: literals and matches where input and output have room to spare, so that nothing has to be looked at
// between two of them but the bounds that the data itself could break: the reach of a match, and codes that mean nothing.

import { mask } from './bits'
import { DISTANCE_TABLE, LITERAL_TABLE, SHUFFLES, STEPS } from './layout'
import { Failure, S, Step, fail } from './state'
import { BLOCK_END, DISTANCE_BITS, LITERAL_BITS, SPECIAL, SUBTABLE } from './tables'

/** Bytes of input that a turn may look at: two refills of up to 7 bytes, and the 8 that each loads. */
const INPUT_SPARE: usize = 32
/** Bytes of output that a turn may make: two literals and a match. */
const OUTPUT_SPARE: usize = 260

/** A code of 15 bits and 13 more. */
const DISTANCE_MOST: u64 = 28

/** Masks of shuffles that repeat the first n bytes of a vector, and how many bytes that fills without a rest. */
export function openShuffles(): void {
  for (let distance: usize = 1; distance < 16; ++distance) {
    for (let i: usize = 0; i < 16; ++i) store<u8>(SHUFFLES + (distance << 4) + i, <u8>(i % distance))
    store<u8>(STEPS + distance, <u8>(16 - (16 % distance)))
  }
}

// @ts-ignore: decorator
@inline
function literalEntry(buffer: u64): u32 {
  return load<u32>(<usize>(buffer & mask(LITERAL_BITS)) << 2, LITERAL_TABLE)
}

/** Meaning of an entry in the second step of its table. */
// @ts-ignore: decorator
@inline
function indexOf(entry: u32, buffer: u64): usize {
  return ((<usize>entry >> 16) + <usize>(buffer & mask(<u64>(entry >> 8) & 63))) << 2
}

/** The length or distance of an entry, whose bits are the next of `buffer`. */
// @ts-ignore: decorator
@inline
function valueOf(entry: u32, buffer: u64): usize {
  return (<usize>entry >> 16) + <usize>((buffer & mask(<u64>entry)) >> (<u64>entry >> 8))
}

/** Goes on until input or output come near their ends, or the block ends. False when it has failed. */
export function putSymbolsFast(): bool {
  if (S.inputEnd < S.input + INPUT_SPARE || S.outputLimit < S.output + OUTPUT_SPARE) return true
  const inputLast = S.inputEnd - INPUT_SPARE
  const outputLast = S.outputLimit - OUTPUT_SPARE
  const history = S.history
  let buffer = S.buffer
  // Only the lowest six bits of it count: a whole entry is taken from it, of which the lowest six bits are a number of bits,
  // and shifts look at no more.
  let bits = S.bits
  let input = S.input
  let output = S.output
  let failure: Failure = 0

  // Loads 8 bytes and counts those that fit whole; the rest of them is loaded again, to the same place.
  buffer |= load<u64>(input) << bits
  input += <usize>((~bits >> 3) & 7)
  bits |= 56
  let entry = literalEntry(buffer)
  do {
    let before = buffer
    buffer >>= <u64>entry
    bits -= <u64>entry
    if (<i32>entry < 0) {
      // Three literals have at most 33 bits, two and a length 42, of the 56 there are.
      store<u8>(output, entry >> 16)
      output += 1
      entry = literalEntry(buffer)
      before = buffer
      buffer >>= <u64>entry
      bits -= <u64>entry
      if (<i32>entry < 0) {
        store<u8>(output, entry >> 16)
        output += 1
        entry = literalEntry(buffer)
        before = buffer
        buffer >>= <u64>entry
        bits -= <u64>entry
        if (<i32>entry < 0) {
          store<u8>(output, entry >> 16)
          output += 1
          buffer |= load<u64>(input) << bits
          input += <usize>((~bits >> 3) & 7)
          bits |= 56
          entry = literalEntry(buffer)
          continue
        }
      }
    }
    if (entry & SPECIAL) {
      if (entry & SUBTABLE) {
        entry = load<u32>(indexOf(entry, buffer), LITERAL_TABLE)
        before = buffer
        buffer >>= <u64>entry
        bits -= <u64>entry
        if (<i32>entry < 0) {
          store<u8>(output, entry >> 16)
          output += 1
          buffer |= load<u64>(input) << bits
          input += <usize>((~bits >> 3) & 7)
          bits |= 56
          entry = literalEntry(buffer)
          continue
        }
      }
      if (entry & SPECIAL) {
        if ((entry & BLOCK_END) == BLOCK_END) S.step = Step.Block
        else failure = Failure.LiteralCode
        break
      }
    }
    const length = valueOf(entry, before)
    if ((bits & 63) < DISTANCE_MOST) {
      buffer |= load<u64>(input) << bits
      input += <usize>((~bits >> 3) & 7)
      bits |= 56
    }
    entry = load<u32>(<usize>(buffer & mask(DISTANCE_BITS)) << 2, DISTANCE_TABLE)
    if (entry & SPECIAL) {
      if (entry & SUBTABLE) {
        buffer >>= DISTANCE_BITS
        bits -= DISTANCE_BITS
        entry = load<u32>(indexOf(entry, buffer), DISTANCE_TABLE)
      }
      if (entry & SPECIAL) {
        failure = Failure.DistanceCode
        break
      }
    }
    const distance = valueOf(entry, buffer)
    buffer >>= <u64>entry
    bits -= <u64>entry
    if (distance > output - history) {
      failure = Failure.TooFar
      break
    }
    // The next entry is on its way while the match is copied.
    buffer |= load<u64>(input) << bits
    input += <usize>((~bits >> 3) & 7)
    bits |= 56
    entry = literalEntry(buffer)

    let from = output - distance
    let to = output
    output += length
    if (distance >= 16) {
      v128.store(to, v128.load(from))
      v128.store(to, v128.load(from, 16), 16)
      while (to + 32 < output) {
        to += 32
        from += 32
        v128.store(to, v128.load(from))
        v128.store(to, v128.load(from, 16), 16)
      }
    } else {
      const pattern = v128.swizzle(v128.load(from), v128.load(distance << 4, SHUFFLES))
      const step = <usize>load<u8>(distance, STEPS)
      do {
        v128.store(to, pattern)
        to += step
      } while (to < output)
    }
  } while (input <= inputLast && output <= outputLast)

  S.buffer = buffer
  S.bits = bits & 63
  S.input = input
  S.output = output
  return failure == 0 || fail(failure)
}
