// Texts that a spreadsheet would take for a formula. A program that reads CSV sees the cells that the quotes make; a
// spreadsheet may split lines elsewhere: Excel takes the list separator of the country, and for it quotes count only at
// the start of a cell. So a cell can begin after any separator inside a text, and after any line end.
//
// An apostrophe goes before a text that begins with a sign, and before each sign after a separator. Characters that
// spreadsheets drop or do not show may stand between. In JSON only signs within its strings get one: it stays JSON.

import { Format, Plan } from './plan'

const APOSTROPHE: u8 = 0x27
const NEWLINE: u8 = 0x0a
const RETURN: u8 = 0x0d

const enum Start {
  /** Nothing but characters that do not count so far. */
  Open = 0,
  Formula = 1,
  Plain = 2,
}

/** Where the search stands: a text may come in parts. */
class Search {
  static start: Start = Start.Open
  static json: bool = false
  /** The next sign would begin a cell of somebody. */
  static armed: bool = false
  static inString: bool = false
  static escaped: bool = false
}

/** Starts on a text, or again on the same one. */
export function beginFormulas(json: bool): void {
  Search.start = Start.Open
  Search.json = json
  Search.armed = false
  Search.inString = false
  Search.escaped = false
}

/** Looks at the start of the text, part by part: whether the whole text begins as a formula does. */
export function startsFormula(src: usize, bytes: usize): bool {
  const end = src + bytes
  if (Search.start == Start.Open && bytes > 0 && isControlSign(load<u8>(src))) Search.start = Start.Formula
  while (Search.start == Start.Open && src < end) {
    const skipped = ignoredAt(src, end)
    if (skipped == 0) Search.start = isSign(src, end) ? Start.Formula : Start.Plain
    src += skipped
  }
  return Search.start == Start.Formula
}

/** Tab, LF and CR: some programs drop them and look at what follows. */
function isControlSign(c: u8): bool {
  return c == 0x09 || c == NEWLINE || c == RETURN
}

/** Whether the text or its next part has to be searched. JSON always has: what is inside of a string is known by counting. */
export function mayHoldFormula(src: usize, bytes: usize): bool {
  return Search.armed || Search.json || nextMark(src, 0, bytes) < bytes
}

/** The offset, from `at` on, of the next byte that could end a cell for somebody. */
function nextMark(src: usize, at: usize, bytes: usize): usize {
  for (; at < bytes; at += 16) {
    const v = v128.load(src + at)
    const commas = i8x16.eq(v, i8x16.splat(0x2c))
    const others = v128.or(i8x16.eq(v, i8x16.splat(0x3b)), i8x16.eq(v, i8x16.splat(0x7c)))
    // Tab, LF, VT, FF and CR.
    const controls = i8x16.lt_u(i8x16.sub(v, i8x16.splat(0x09)), i8x16.splat(5))
    const found = <u32>i8x16.bitmask(v128.or(v128.or(commas, others), controls))
    if (found) return min(at + <usize>ctz(found), bytes)
  }
  return bytes
}

/** The offset, from `at` on, of the next sign that wants an apostrophe before it; `bytes` when there is none. */
export function nextFormula(src: usize, at: usize, bytes: usize): usize {
  return Search.json ? nextInJson(src, at, bytes) : nextInText(src, at, bytes)
}

function nextInText(src: usize, at: usize, bytes: usize): usize {
  const end = src + bytes
  while (at < bytes) {
    if (!Search.armed) at = nextMark(src, at, bytes)
    if (at == bytes) break
    const c = load<u8>(src + at)
    if (isSeparator(c)) {
      Search.armed = true
      at += 1
      continue
    }
    const skipped: usize = c == 0x22 ? 1 : ignoredAt(src + at, end)
    if (Search.armed && skipped == 0) {
      Search.armed = false
      if (isSign(src + at, end)) return at
    }
    at += max<usize>(skipped, 1)
  }
  return bytes
}

function nextInJson(src: usize, at: usize, bytes: usize): usize {
  const end = src + bytes
  while (at < bytes) {
    const c = load<u8>(src + at)
    if (c == 0x22 && !Search.escaped) {
      // The quotes of a string stand between a separator and what it holds.
      Search.inString = !Search.inString
      at += 1
      continue
    }
    Search.escaped = Search.inString && c == 0x5c && !Search.escaped
    const skipped = ignoredAt(src + at, end)
    if (isSeparator(c)) {
      Search.armed = true
    } else if (Search.armed && skipped == 0) {
      Search.armed = false
      if (Search.inString && isSign(src + at, end)) return at
    }
    at += max<usize>(skipped, 1)
  }
  return bytes
}

/** Characters that end a cell for some reader: in csv not its own delimiter, which quotes protect; tsv escapes controls. */
function isSeparator(c: u8): bool {
  if (Plan.format == Format.Tsv) return c == 0x2c || c == 0x3b || c == 0x7c
  if (c == Plan.delimiter && Plan.delimiterLength == 1) return false
  return c == 0x2c || c == 0x3b || c == 0x7c || c == 0x09 || c == NEWLINE || c == RETURN
}

/** `=`, `+`, `-`, `@`, and their full-width and small forms, which Excel reads as the same in East Asia. */
function isSign(src: usize, end: usize): bool {
  const c: u32 = load<u8>(src)
  if (c < 0x80) return c == 0x3d || c == 0x2b || c == 0x2d || c == 0x40
  const p = characterAt(src, end)
  return p == 0xff1d || p == 0xff0b || p == 0xff0d || p == 0xff20 || p == 0xfe66 || p == 0xfe62 || p == 0xfe63 || p == 0xfe6b
}

/** Bytes of a character that may stand before a sign: white space, controls, what has no width. 0 for any other. */
function ignoredAt(src: usize, end: usize): usize {
  const c: u32 = load<u8>(src)
  if (c < 0x80) return c <= 0x20 || c == 0x7f ? 1 : 0
  const p = characterAt(src, end)
  if (p < 0x80) return 0
  if (p <= 0xa0 || p == 0xad || p == 0x061c) return 2
  if (p < 0x800) return 0
  const ignored =
    p == 0x1680 ||
    p == 0x180e ||
    (p >= 0x2000 && p <= 0x200f) ||
    (p >= 0x2028 && p <= 0x202f) ||
    (p >= 0x205f && p <= 0x206f) ||
    p == 0x3000 ||
    (p >= 0xfe00 && p <= 0xfe0f) ||
    p == 0xfeff
  return ignored ? 3 : 0
}

/** The character of two or three bytes; 0 for any other. */
function characterAt(src: usize, end: usize): u32 {
  const c: u32 = load<u8>(src)
  if (c < 0xc2 || c >= 0xf0 || src + 2 > end) return 0
  const second: u32 = load<u8>(src, 1)
  if ((second & 0xc0) != 0x80) return 0
  if (c < 0xe0) return ((c & 0x1f) << 6) | (second & 0x3f)
  const third: u32 = load<u8>(src, 2)
  if (src + 3 > end || (third & 0xc0) != 0x80) return 0
  return ((c & 0x0f) << 12) | ((second & 0x3f) << 6) | (third & 0x3f)
}

// @ts-ignore: decorator
@inline
export function putApostrophe(op: usize): usize {
  store<u8>(op, APOSTROPHE)
  return op + 1
}
