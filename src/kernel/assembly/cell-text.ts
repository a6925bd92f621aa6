// Texts as cells of csv and tsv.
//
// csv (RFC 4180): a text stands in quotes, its own quotes doubled, if it holds the delimiter, a quote, CR or LF, if it is
// empty, or where the options want it. So does any value whose text is that for NULL: a value and NULL never look alike. And so does `\.` where it
// would be a line of its own, which ends the data for PostgreSQL 17 and older.
// tsv: tab, LF, CR and backslash are written \t, \n, \r and \\; nothing is quoted, so a value whose text is that for NULL
// cannot be written.

import { beginFormulas, mayHoldFormula, nextFormula, putApostrophe, startsFormula } from './formulas'
import { copyLoose, equalBytes } from './memory'
import { Format, Plan, Quoting } from './plan'
import { spread, spreadFirst } from './spread'
import { Text, TextStatus } from './text-state'
import { firstBytes, isValid } from './utf8'

const QUOTE: u8 = 0x22
const BACKSLASH: u8 = 0x5c

/** Bytes of `\.` */
export const END_OF_DATA: usize = 2

/** The two bytes the hot loops look for; control characters they find anyway. */
export function firstMarker(): v128 {
  return i8x16.splat(Plan.format == Format.Csv ? QUOTE : BACKSLASH)
}

export function secondMarker(): v128 {
  return i8x16.splat(Plan.format == Format.Csv ? Plan.delimiter : BACKSLASH)
}

/** The most bytes that a text of `length` bytes takes: all quotes, the quotes around them, and the apostrophe before it. An
 * apostrophe within a text stands between two bytes, neither of which is a quote. */
// @ts-ignore: decorator
@inline
export function mostForCell(bytes: usize): usize {
  return 2 * bytes + 3
}

/**
 * A cell whose first `plain` bytes, ASCII and nothing special, were copied already and which is not the text for
 * NULL. Looks at the rest once, and copies it once. Returns 0 when it is not UTF-8 and should be, or reads as NULL.
 */
export function putRestOfCell(op: usize, src: usize, bytes: usize, plain: usize): usize {
  if (Plan.format == Format.Tsv) {
    if (!isValid(src + plain, bytes - plain)) return 0
    const end = putTsv(op + plain, src + plain, bytes - plain)
    return equalsNull(op, end - op) ? 0 : end
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

/**
 * A whole valid text as a cell, or one that is JSON. The caller has made sure of {@link mostForCell} bytes of room. Returns
 * 0 when it would read as NULL.
 */
export function putCellText(op: usize, src: usize, bytes: usize, json: bool): usize {
  const quoted = Plan.format == Format.Csv && (bytes == 0 || endsData(src, bytes) || wantsQuotes(src, bytes))
  if (quoted) store<u8>(op++, QUOTE)
  let end = op
  if (Plan.escapeFormulas) {
    beginFormulas(json)
    if (startsFormula(src, bytes)) end = putApostrophe(end)
  }
  end = putPart(end, src, bytes, quoted)
  if (!quoted) return putCellEnd(op, end)
  store<u8>(end, QUOTE)
  return end + 1
}

/** A text or a part of it; after `beginFormulas` where those are escaped. */
export function putPart(op: usize, src: usize, bytes: usize, quoted: bool): usize {
  if (!Plan.escapeFormulas || !mayHoldFormula(src, bytes)) return putPlainPart(op, src, bytes, quoted)
  let at: usize = 0
  while (at < bytes) {
    const sign = nextFormula(src, at, bytes)
    op = putPlainPart(op, src + at, sign - at, quoted)
    if (sign < bytes) op = putApostrophe(op)
    at = sign
  }
  return op
}

function putPlainPart(op: usize, src: usize, bytes: usize, quoted: bool): usize {
  if (Plan.format == Format.Tsv) return putTsv(op, src, bytes)
  if (quoted) return putDoubled(op, src, bytes)
  copyLoose(src, bytes, op)
  return op + bytes
}

/**
 * After any value that stands from `op` to `end` without quotes: where it is the text for NULL, csv puts it in quotes,
 * for which there is room of two bytes. Returns the end, or 0 in tsv, which has none.
 */
export function putCellEnd(op: usize, end: usize): usize {
  return equalsNull(op, end - op) ? putNullLike(op, end) : end
}

function putNullLike(op: usize, end: usize): usize {
  if (Plan.format == Format.Csv) return putInQuotes(op, end)
  Text.status = TextStatus.ReadsAsNull
  return 0
}

/** After a number or boolean, which no quote is in. */
export function putScalarEnd(op: usize, end: usize): usize {
  if (!Plan.marksScalars) return end
  // Only a comma can be the delimiter.
  const quoted = Plan.format == Format.Csv && (Plan.quoting == Quoting.All || (Plan.decimalComma && needsQuotes(op, end - op)))
  return quoted ? putInQuotes(op, end) : putCellEnd(op, end)
}

function putInQuotes(op: usize, end: usize): usize {
  memory.copy(op + 1, op, end - op)
  store<u8>(op, QUOTE)
  store<u8>(end, QUOTE, 1)
  return end + 2
}

export function equalsNull(src: usize, bytes: usize): bool {
  return bytes == Plan.nullLength && equalBytes(src, Plan.nullAt, bytes)
}

/** The text `\.` in a line of its own. */
function endsData(src: usize, bytes: usize): bool {
  return bytes == END_OF_DATA && Plan.columns == 1 && load<u16>(src) == 0x2e5c
}

/** Whether a text stands in quotes, as the options want it or because of what it holds. */
export function wantsQuotes(src: usize, bytes: usize): bool {
  return Plan.quoting != Quoting.Minimal || needsQuotes(src, bytes)
}

/** Whether the delimiter, a quote, CR or LF occurs. */
function needsQuotes(src: usize, bytes: usize): bool {
  if (Plan.delimiterCharacter > 1 && holdsDelimiter(src, bytes)) return true
  // In place of a delimiter beyond ASCII, which was looked for, a byte that is looked for anyway.
  const delimiter = i8x16.splat(Plan.delimiterCharacter > 1 ? QUOTE : Plan.delimiter)
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

/** Whether the first character of a delimiter beyond ASCII occurs. */
function holdsDelimiter(src: usize, bytes: usize): bool {
  const character = Plan.delimiterCharacter
  const first = i8x16.splat(Plan.delimiter)
  for (let i: usize = 0; i < bytes; i += 16) {
    for (let found = <u32>i8x16.bitmask(i8x16.eq(v128.load(src + i), first)); found; found &= found - 1) {
      const at = i + <usize>ctz(found)
      if (at + character <= bytes && equalBytes(src + at, Plan.delimiterAt, character)) return true
    }
  }
  return false
}

/** Copies text with its quotes doubled. Reads up to 15 bytes beyond the end, and writes as many. */
function putDoubled(op: usize, src: usize, bytes: usize): usize {
  const quote = i8x16.splat(QUOTE)
  const end = src + bytes
  let seen: u32 = 0
  for (; src + 16 <= end; src += 16) {
    const v = v128.load(src)
    const found = <u32>i8x16.bitmask(i8x16.eq(v, quote))
    seen |= found
    if (seen) {
      op = spread(op, v, found, quote)
    } else {
      v128.store(op, v)
      op += 16
    }
  }
  const rest = end - src
  const v = v128.load(src)
  const found = <u32>i8x16.bitmask(i8x16.eq(v, quote)) & ((1 << <u32>rest) - 1)
  return spreadFirst(op, v, rest, found, quote)
}

/** The letters of \t, \n and \r where those characters are looked up. */
const letters = memory.data<u8>([0, 0, 0, 0, 0, 0, 0, 0, 0, 0x74, 0x6e, 0, 0, 0x72, 0, 0], 16)

/** Copies text with tsv's escapes. Reads up to 15 bytes beyond the end, and writes as many. */
function putTsv(op: usize, src: usize, bytes: usize): usize {
  const backslash = i8x16.splat(BACKSLASH)
  const end = src + bytes
  let seen: u32 = 0
  for (; src < end; src += 16) {
    const v = v128.load(src)
    // Of the other control characters the letter is 0, and beyond 15 every one is.
    const letter = i8x16.swizzle(v128.load(letters), v)
    const isLetter = i8x16.gt_u(letter, i8x16.splat(0))
    const rest = min<usize>(end - src, 16)
    const found = <u32>i8x16.bitmask(v128.or(isLetter, i8x16.eq(v, backslash))) & ((1 << <u32>rest) - 1)
    seen |= found
    if (seen) {
      op = spreadFirst(op, v128.bitselect(letter, v, isLetter), rest, found, backslash)
    } else {
      v128.store(op, v)
      op += rest
    }
  }
  return op
}
