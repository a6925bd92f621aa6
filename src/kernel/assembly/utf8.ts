// UTF-8: checking it 16 bytes at a time, and putting U+FFFD where it is broken, as the Encoding Standard does:
// https://encoding.spec.whatwg.org/#utf-8-decoder

import { InvalidUtf8, Plan } from './plan'

/** 16 bytes of ones, then 16 of zeros. */
const mask = memory.data<u8>([
  255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
], 16)

/** A mask for the first bytes of a vector. */
// @ts-ignore: decorator
@inline
export function firstBytes(count: usize): v128 {
  return v128.load(mask + 16 - min<usize>(count, 16))
}

/** Whether the text may go out as it is. */
export function isValid(src: usize, bytes: usize): bool {
  return Plan.invalidUtf8 == InvalidUtf8.Raw || isUtf8(src, bytes)
}

// Kinds of errors in two bytes that follow each other, one bit each (John Keiser and Daniel Lemire, "Validating
// UTF-8 In Less Than One Instruction Per Byte", 2020). The three look-ups say which errors the upper and the lower
// half of the first byte and the upper half of the second one allow; what all three allow is an error.
// 0x01 too short: 11______ 0_______ or 11______ 11______     0x02 too long: 0_______ 10______
// 0x04 overlong 3: 11100000 100_____                        0x10 surrogate: 11101101 101_____
// 0x08 too large: 11110100 101_____ and beyond              0x20 overlong 2: 1100000_ 10______
// 0x40 too large 1000 and overlong 4: 11110000 1000____     0x80 two continuations: 10______ 10______

/** By the upper half of the first byte, by its lower half, by the upper half of the second byte. */
const kinds = memory.data<u8>([
  0x02, 0x02, 0x02, 0x02, 0x02, 0x02, 0x02, 0x02, 0x80, 0x80, 0x80, 0x80, 0x21, 0x01, 0x15, 0x49,
  0xe7, 0xa3, 0x83, 0x83, 0x8b, 0xcb, 0xcb, 0xcb, 0xcb, 0xcb, 0xcb, 0xcb, 0xcb, 0xdb, 0xcb, 0xcb,
  0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0xe6, 0xae, 0xba, 0xba, 0x01, 0x01, 0x01, 0x01,
], 16)

// @ts-ignore: decorator
@inline
function errorsIn(input: v128, previous: v128): v128 {
  const before1 = v128.shuffle<u8>(previous, input, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30)
  const low4 = i8x16.splat(0x0f)
  const firstHigh = i8x16.swizzle(v128.load(kinds), i8x16.shr_u(before1, 4))
  const firstLow = i8x16.swizzle(v128.load(kinds, 16), v128.and(before1, low4))
  const secondHigh = i8x16.swizzle(v128.load(kinds, 32), i8x16.shr_u(input, 4))
  const special = v128.and(v128.and(firstHigh, firstLow), secondHigh)
  // Two continuations in a row are right exactly where a lead of three or four bytes stands two or three before.
  const before2 = v128.shuffle<u8>(previous, input, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29)
  const before3 = v128.shuffle<u8>(previous, input, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28)
  // Bytes of 0xe0 and of 0xf0 on reach 0x80, the bit that counts, when so much is taken off.
  const third = i8x16.sub_sat_u(before2, i8x16.splat(0x60))
  const fourth = i8x16.sub_sat_u(before3, i8x16.splat(0x70))
  const expected = v128.and(v128.or(third, fourth), i8x16.splat(-0x80))
  return v128.xor(expected, special)
}

/** The largest bytes that the end of a vector may have where no sequence goes on behind it. */
const whole = memory.data<u8>([
  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xef, 0xdf, 0xbf,
], 16)

/** Whether the bytes are UTF-8. Reads up to 15 bytes beyond the end. */
export function isUtf8(src: usize, bytes: usize): bool {
  let previous = i8x16.splat(0)
  let errors = i8x16.splat(0)
  let i: usize = 0
  while (i + 16 <= bytes) {
    if (i + 64 <= bytes) {
      const a = v128.load(src + i)
      const b = v128.load(src + i, 16)
      const c = v128.load(src + i, 32)
      const d = v128.load(src + i, 48)
      // ASCII only: nothing can be wrong but a sequence before it that is cut off.
      if (!i8x16.bitmask(v128.or(v128.or(a, b), v128.or(c, d)))) {
        errors = v128.or(errors, i8x16.sub_sat_u(previous, v128.load(whole)))
        previous = d
        i += 64
        continue
      }
    }
    const input = v128.load(src + i)
    errors = v128.or(errors, errorsIn(input, previous))
    previous = input
    i += 16
  }
  // The rest with zeros behind it; they are characters, so a sequence cut off by the end shows as too short.
  const rest = v128.and(v128.load(src + i), firstBytes(bytes - i))
  errors = v128.or(errors, errorsIn(rest, previous))
  return !v128.any_true(errors)
}

/**
 * Copies the bytes with one U+FFFD for each maximal part of a broken sequence, as the WHATWG Encoding Standard's
 * UTF-8 decoder does. Writes up to three times as many bytes.
 */
export function putRepaired(op: usize, src: usize, bytes: usize): usize {
  const end = src + bytes
  while (src < end) {
    const first: u32 = load<u8>(src)
    if (first < 0x80) {
      store<u8>(op++, <u8>first)
      src += 1
      continue
    }
    // How many bytes follow, and what the first of them may be.
    let follow = 0
    let low: u32 = 0x80
    let high: u32 = 0xbf
    if (first >= 0xc2 && first <= 0xdf) {
      follow = 1
    } else if (first >= 0xe0 && first <= 0xef) {
      follow = 2
      if (first == 0xe0) low = 0xa0 // else overlong
      if (first == 0xed) high = 0x9f // else a surrogate
    } else if (first >= 0xf0 && first <= 0xf4) {
      follow = 3
      if (first == 0xf0) low = 0x90 // else overlong
      if (first == 0xf4) high = 0x8f // else beyond U+10FFFF
    }
    let taken: usize = 1
    while (follow > 0 && src + taken < end) {
      const next: u32 = load<u8>(src + taken)
      if (next < low || next > high) break
      low = 0x80
      high = 0xbf
      taken += 1
      follow -= 1
    }
    if (follow == 0 && taken > 1) {
      for (let i: usize = 0; i < taken; ++i) store<u8>(op++, load<u8>(src + i))
    } else {
      store<u16>(op, 0xbfef) // EF BF BD
      store<u8>(op, 0xbd, 2)
      op += 3
    }
    src += taken
  }
  return op
}

/**
 * How many of the first `bytes` bytes of a longer text can be taken as a part of it without cutting a sequence: a
 * cut is right before a lead byte, and before a continuation whose lead is not among the three bytes before it.
 */
export function wholeSequences(src: usize, bytes: usize): usize {
  if ((load<u8>(src + bytes) & 0xc0) != 0x80) return bytes
  for (let back: usize = 1; back <= 3 && back < bytes; ++back) {
    const byte = load<u8>(src + bytes - back)
    if (byte >= 0xc0) return bytes - back
    if (byte < 0x80) break
  }
  return bytes
}
