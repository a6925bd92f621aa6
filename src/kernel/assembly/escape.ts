// The inside of a JSON string, as JSON.stringify writes it: `"`, `\` and the characters below U+0020 are escaped,
// nothing else: https://www.rfc-editor.org/rfc/rfc8259#section-7
//
// A string can itself stand inside of a string: a map as the key of a map, a nested value cast to varchar. The level
// says how often the text is quoted once more. Nothing is encoded twice for that, because quoting again only
// multiplies backslashes: each level doubles those that are there and puts one before each quote.

import { spread } from './spread'
import { isValid } from './utf8'

/** Texts are quoted at most so often; one quote then takes 2^8 bytes. */
export const DEEPEST_LEVEL: i32 = 8

/** The most bytes one byte of text becomes: `\u001f` or a quote; U+FFFD takes three. */
export function mostPerByte(level: i32): usize {
  if (level < 0) return 3
  return max<usize>((1 << level) + 5, (2 << level) + 1)
}

/** How a quote is written: once, or twice where the text stands in the quotes of a csv cell. */
export class Quote {
  static times: usize = 1
}

/** For the characters below 0x60 their escape of two bytes, or 0 where there is none but \u00XX. */
const shortEscapes = memory.data(0x60 * 2, 16)

/** The letters of those of 0x00 to 0x0f, or 0. */
const letters = memory.data<u8>([0, 0, 0, 0, 0, 0, 0, 0, 0x62, 0x74, 0x6e, 0, 0x66, 0x72, 0, 0], 16)

export function openEscapes(): void {
  store<u16>(shortEscapes + 0x08 * 2, 0x625c) // \b
  store<u16>(shortEscapes + 0x09 * 2, 0x745c) // \t
  store<u16>(shortEscapes + 0x0a * 2, 0x6e5c) // \n
  store<u16>(shortEscapes + 0x0c * 2, 0x665c) // \f
  store<u16>(shortEscapes + 0x0d * 2, 0x725c) // \r
  store<u16>(shortEscapes + 0x22 * 2, 0x225c) // \"
  store<u16>(shortEscapes + 0x5c * 2, 0x5c5c) // \\
}

function putBackslashes(op: usize, count: u32): usize {
  for (let i: u32 = 0; i < count; ++i) store<u8>(op + i, 0x5c)
  return op + count
}

/** The quote that begins or ends a string. Texts that are not quoted at all have level -1. */
// @ts-ignore: decorator
@inline
export function putQuote(op: usize, level: i32): usize {
  if (level < 0) return op
  if (level > 0) op = putBackslashes(op, (1 << level) - 1)
  store<u16>(op, 0x2222)
  return op + Quote.times
}

/** One character that needs it. */
function putEscape(op: usize, c: u32, level: i32): usize {
  if (c == 0x22) return putQuote(op, level + 1)
  if (c == 0x5c) return putBackslashes(op, 2 << level)
  op = putBackslashes(op, 1 << level)
  const short = load<u16>(shortEscapes + c * 2)
  if (short) {
    store<u8>(op, <u8>(short >> 8))
    return op + 1
  }
  store<u32>(op, 0x30303075) // u000
  if (c >= 0x10) store<u8>(op, 0x31, 3)
  const digit = c & 15
  store<u8>(op, <u8>(digit < 10 ? 0x30 + digit : 0x57 + digit), 4)
  return op + 5
}

/** The bytes of a vector that have to be escaped, one bit each. */
// @ts-ignore: decorator
@inline
function escapes(v: v128): u32 {
  const control = i8x16.lt_u(v, i8x16.splat(0x20))
  const quote = i8x16.eq(v, i8x16.splat(0x22))
  const backslash = i8x16.eq(v, i8x16.splat(0x5c))
  return <u32>i8x16.bitmask(v128.or(v128.or(control, quote), backslash))
}

/**
 * Copies text with escapes, at a level of at least 0. Returns 0 when it is not UTF-8 and should be: that is looked
 * into only where something is not ASCII. The caller has made sure of {@link mostPerByte} bytes of room for each; up
 * to 16 more are written, and up to 15 read beyond the end.
 */
export function putEscaped(op: usize, src: usize, bytes: usize, level: i32): usize {
  const begin = src
  const end = src + bytes
  const once = Quote.times == 1
  const simple = level == 0 && once
  let all = i8x16.splat(0)
  let seen: u32 = 0
  while (src < end) {
    const v = v128.load(src)
    all = v128.or(all, v)
    const found = escapes(v)
    if (simple && src + 16 <= end) {
      seen |= found
      if (seen == 0) {
        v128.store(op, v)
        op += 16
        src += 16
        continue
      }
      // Each escape of two bytes is a backslash and the character, or its letter. What has none is left to the rest.
      const control = i8x16.lt_u(v, i8x16.splat(0x20))
      const text = v128.bitselect(i8x16.swizzle(v128.load(letters), v), v, control)
      if (i8x16.all_true(text)) {
        op = spread(op, text, found, i8x16.splat(0x5c))
        src += 16
        continue
      }
    }
    v128.store(op, v)
    const plain = min<usize>(found ? <usize>ctz(found) : 16, end - src)
    src += plain
    op += plain
    if (src >= end || plain == 16) continue
    // Bytes copied from here on are written over.
    const c: u32 = load<u8>(src++)
    const short = load<u16>(shortEscapes + c * 2)
    if (level == 0 && short && (c != 0x22 || once)) {
      store<u16>(op, short)
      op += 2
    } else {
      op = putEscape(op, c, level)
    }
  }
  return i8x16.bitmask(all) && !isValid(begin, bytes) ? 0 : op
}
