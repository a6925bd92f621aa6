// Reading bits outside of the hot loop, when the input may end at any of them.

import { INPUT } from './layout'
import { S } from './state'

/** Takes more input until there are more than 48 bits, as many as a match may have, or no more input. */
export function refill(): void {
  let buffer = S.buffer
  let bits = S.bits
  let at = S.input
  const end = S.inputEnd
  if (at + 8 <= end) {
    buffer |= load<u64>(at) << bits
    at += <usize>((63 - bits) >> 3)
    bits |= 56
  } else {
    buffer &= mask(bits)
    while (bits < 56 && at < end) {
      buffer |= (<u64>load<u8>(at)) << bits
      bits += 8
      at += 1
    }
  }
  S.buffer = buffer
  S.bits = bits
  S.input = at
}

/** Whether there are `bits` bits, at most 32, for `peek` and `take`. */
export function has(bits: u64): bool {
  if (S.bits >= bits) return true
  refill()
  return S.bits >= bits
}

// @ts-ignore: decorator
@inline
export function peek(bits: u64): u32 {
  return <u32>(S.buffer & mask(bits))
}

// @ts-ignore: decorator
@inline
export function drop(bits: u64): void {
  S.buffer >>= bits
  S.bits -= bits
}

export function take(bits: u64): u32 {
  const taken = peek(bits)
  drop(bits)
  return taken
}

/** Gives whole bytes that were read but not used back to the input, as far as they are of this piece of it. */
export function giveBack(): void {
  const bytes = min(<usize>(S.bits >> 3), S.input - INPUT)
  S.input -= bytes
  S.bits -= <u64>bytes << 3
  S.buffer &= mask(S.bits)
}

/** The lowest `bits` bits, at most 63. */
// @ts-ignore: decorator
@inline
export function mask(bits: u64): u64 {
  return ~((<u64>-1) << bits)
}
