// The inside of a JSON string, as JSON.stringify writes it: `"`, `\` and the characters below U+0020 are escaped,
// nothing else.
//
// A string can itself stand inside of a string: a map as the key of a map, a nested value cast to varchar. The level
// says how often the text is quoted once more. Nothing is encoded twice for that, because quoting again only
// multiplies backslashes: each level doubles those that are there and puts one before each quote.

/** Texts are quoted at most so often; one quote then takes 2^8 bytes. */
export const DEEPEST_LEVEL: i32 = 8

/** The most bytes one byte of text becomes: `\u001f` or a quote; U+FFFD takes three. */
export function mostPerByte(level: i32): usize {
  if (level < 0) return 3
  return max(<usize>(1 << level) + 5, <usize>(2 << level))
}

/** For the characters below 0x20 the letter of their short escape, or 0 where they are written as \u00XX. */
const letters = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0x62, 0x74, 0x6e, 0, 0x66, 0x72, 0, 0, // \b \t \n \f \r
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
])

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
  store<u8>(op, 0x22)
  return op + 1
}

/** One character that needs it. */
function putEscape(op: usize, c: u32, level: i32): usize {
  if (c == 0x22) return putQuote(op, level + 1)
  if (c == 0x5c) return putBackslashes(op, 2 << level)
  op = putBackslashes(op, 1 << level)
  const letter = load<u8>(letters + c)
  if (letter) {
    store<u8>(op, letter)
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
 * Copies text with escapes, at a level of at least 0. The caller has made sure of {@link mostPerByte} bytes of room
 * for each; up to 16 more are written, and up to 15 read beyond the end.
 */
export function putEscaped(op: usize, src: usize, bytes: usize, level: i32): usize {
  const end = src + bytes
  while (src < end) {
    const v = v128.load(src)
    v128.store(op, v)
    const found = escapes(v)
    const plain = min<usize>(found ? <usize>ctz(found) : 16, end - src)
    src += plain
    op += plain
    // At most once per vector: what was copied beyond the character is written over.
    if (src < end && plain < 16) op = putEscape(op, load<u8>(src++), level)
  }
  return op
}
