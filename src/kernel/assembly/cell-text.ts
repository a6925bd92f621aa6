// Texts as cells of csv and tsv.
//
// csv (RFC 4180): a text stands in quotes, its own quotes doubled, if it holds the delimiter, a quote, CR or LF, if it
// is empty, or if it equals the text for NULL: a text and NULL never look alike.
// tsv: tab, LF, CR and backslash are written \t, \n, \r and \\; nothing is quoted.

import { copyLoose, equalBytes } from './memory'
import { Format, Plan } from './plan'
import { firstBytes, isValid } from './utf8'

const QUOTE: u8 = 0x22
const BACKSLASH: u8 = 0x5c

/** The two bytes the hot loops look for; control characters they find anyway. */
export function firstMarker(): v128 {
  return i8x16.splat(Plan.format == Format.Csv ? QUOTE : BACKSLASH)
}

export function secondMarker(): v128 {
  return i8x16.splat(Plan.format == Format.Csv ? Plan.delimiter : BACKSLASH)
}

/** Whether a spreadsheet would take the text for a formula: it starts with =, +, -, @, tab or CR. */
export function isFormula(first: u8): bool {
  return first == 0x3d || first == 0x2b || first == 0x2d || first == 0x40 || first == 0x09 || first == 0x0d
}

/** The most bytes a text of so many bytes takes: all quotes, the quotes around them, and an apostrophe. */
// @ts-ignore: decorator
@inline
export function mostForCell(bytes: usize): usize {
  return 2 * bytes + 3
}

/**
 * A cell whose first `plain` bytes, ASCII and nothing special, were copied already and which is not the text for
 * NULL. Looks at the rest once, and copies it once. Returns 0 when it is not UTF-8 and should be.
 */
export function putRestOfCell(op: usize, src: usize, bytes: usize, plain: usize): usize {
  if (Plan.format == Format.Tsv) {
    return isValid(src + plain, bytes - plain) ? putTsv(op + plain, src + plain, bytes - plain) : 0
  }
  const delimiter = i8x16.splat(Plan.delimiter)
  let all = i8x16.splat(0)
  let quotes = i8x16.splat(0)
  let others = i8x16.splat(0)
  for (let i = plain; i < bytes; i += 16) {
    const v = v128.and(v128.load(src + i), firstBytes(bytes - i))
    all = v128.or(all, v)
    quotes = v128.or(quotes, i8x16.eq(v, i8x16.splat(QUOTE)))
    const lines = v128.or(i8x16.eq(v, i8x16.splat(0x0a)), i8x16.eq(v, i8x16.splat(0x0d)))
    others = v128.or(others, v128.or(lines, i8x16.eq(v, delimiter)))
  }
  if (i8x16.bitmask(all) && !isValid(src + plain, bytes - plain)) return 0
  const quoted = v128.any_true(quotes)
  if (!quoted && !v128.any_true(others)) {
    copyLoose(src + plain, bytes - plain, op + plain)
    return op + bytes
  }
  store<u8>(op, QUOTE)
  op += 1
  if (quoted) {
    op = putDoubled(op, src, bytes)
  } else {
    copyLoose(src, bytes, op)
    op += bytes
  }
  store<u8>(op, QUOTE)
  return op + 1
}

/** A whole valid text as a cell. The caller has made sure of {@link mostForCell} bytes of room. */
export function putCellText(op: usize, src: usize, bytes: usize): usize {
  const apostrophe = Plan.escapeFormulas && bytes > 0 && isFormula(load<u8>(src))
  if (Plan.format == Format.Tsv) {
    if (apostrophe) store<u8>(op++, 0x27)
    return putTsv(op, src, bytes)
  }
  const isNull = apostrophe ? equalsNullEscaped(src, bytes) : equalsNull(src, bytes)
  const quoted = bytes == 0 || isNull || needsQuotes(src, bytes)
  if (quoted) store<u8>(op++, QUOTE)
  if (apostrophe) store<u8>(op++, 0x27)
  if (!quoted) {
    copyLoose(src, bytes, op)
    return op + bytes
  }
  op = putDoubled(op, src, bytes)
  store<u8>(op, QUOTE)
  return op + 1
}

export function equalsNull(src: usize, bytes: usize): bool {
  return bytes == Plan.nullLength && equalBytes(src, Plan.nullAt, bytes)
}

/** Whether an apostrophe and the text are the text for NULL. */
function equalsNullEscaped(src: usize, bytes: usize): bool {
  return bytes + 1 == Plan.nullLength && load<u8>(Plan.nullAt) == 0x27 && equalBytes(src, Plan.nullAt + 1, bytes)
}

/** Whether the delimiter, a quote, CR or LF occurs. */
export function needsQuotes(src: usize, bytes: usize): bool {
  const delimiter = i8x16.splat(Plan.delimiter)
  for (let i: usize = 0; i < bytes; i += 16) {
    const v = v128.load(src + i)
    const lines = v128.or(i8x16.eq(v, i8x16.splat(0x0a)), i8x16.eq(v, i8x16.splat(0x0d)))
    const marks = v128.or(i8x16.eq(v, i8x16.splat(QUOTE)), i8x16.eq(v, delimiter))
    let found = <u32>i8x16.bitmask(v128.or(lines, marks))
    if (bytes - i < 16) found &= (1 << <u32>(bytes - i)) - 1
    if (found) return true
  }
  return false
}

/** Copies text with its quotes doubled. */
export function putDoubled(op: usize, src: usize, bytes: usize): usize {
  const end = src + bytes
  while (src < end) {
    const v = v128.load(src)
    v128.store(op, v)
    const found = <u32>i8x16.bitmask(i8x16.eq(v, i8x16.splat(QUOTE)))
    const plain = min<usize>(found ? <usize>ctz(found) : 16, end - src)
    src += plain
    op += plain
    if (src < end && plain < 16) {
      store<u16>(op, 0x2222)
      op += 2
      src += 1
    }
  }
  return op
}

/** Copies text with tsv's escapes. */
export function putTsv(op: usize, src: usize, bytes: usize): usize {
  const end = src + bytes
  while (src < end) {
    const v = v128.load(src)
    v128.store(op, v)
    const lines = v128.or(i8x16.eq(v, i8x16.splat(0x0a)), i8x16.eq(v, i8x16.splat(0x0d)))
    const marks = v128.or(i8x16.eq(v, i8x16.splat(0x09)), i8x16.eq(v, i8x16.splat(BACKSLASH)))
    const found = <u32>i8x16.bitmask(v128.or(lines, marks))
    const plain = min<usize>(found ? <usize>ctz(found) : 16, end - src)
    src += plain
    op += plain
    if (src < end && plain < 16) {
      const c = load<u8>(src++)
      store<u8>(op, BACKSLASH)
      store<u8>(op, c == 0x09 ? 0x74 : c == 0x0a ? 0x6e : c == 0x0d ? 0x72 : BACKSLASH, 1) // t n r
      op += 2
    }
  }
  return op
}
