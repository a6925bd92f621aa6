// Tables that tell, from the next bits, a symbol and all that has to be done with it. An entry has 32 bits:
//
//   0–5   how many bits belong to it: those of the code and those behind it
//   8–13  how many of them are the code, less those that the table before has taken
//   14    it is none of the ordinary ones
//   15    it leads to a table of its own for the longer codes that begin like this one: bits 8–13 tell how many more
//         bits that table looks at, bits 16–30 where it begins
//   16–30 the byte, the base of the length or distance, or the symbol; 1 for the end of the block
//   31    it is a literal

import {
  COUNTS,
  DISTANCE_SYMBOLS,
  DISTANCE_TABLE,
  LENGTHS,
  LITERAL_SYMBOLS,
  LITERAL_TABLE,
  OFFSETS,
  SORTED,
} from './layout'
import { S } from './state'

export const LITERAL: u32 = 1 << 31
export const SPECIAL: u32 = 1 << 14
export const SUBTABLE: u32 = 1 << 15

/** The end of a block. */
export const BLOCK_END: u32 = SPECIAL | (1 << 16)
/** A code that means nothing. */
const INVALID: u32 = SPECIAL

/** Bits that the first table of each kind looks at. */
export const LITERAL_BITS: u32 = 11
export const DISTANCE_BITS: u32 = 8
export const LENGTH_BITS: u32 = 7

/**
 * Entries that the tables have room for. For 288 codes of up to 15 bits and a first table of 11 bits no set of lengths
 * needs more than 2,342, for 32 codes and 8 bits 402: the numbers are those of the program "enough" of zlib.
 */
const LITERAL_ENTRIES: u32 = 2560
const DISTANCE_ENTRIES: u32 = 512

/** RFC 1951, section 3.2.5: lengths and distances, each a base and some bits. */
export function openSymbols(): void {
  for (let byte: u32 = 0; byte < 256; ++byte) setLiteral(byte, LITERAL | (byte << 16))
  setLiteral(256, BLOCK_END)
  let base: u32 = 3
  for (let symbol: u32 = 257; symbol < 285; ++symbol) {
    const extra = symbol < 265 ? 0 : (symbol - 261) >> 2
    setLiteral(symbol, (base << 16) | extra)
    base += 1 << extra
  }
  setLiteral(285, 258 << 16)
  setLiteral(286, INVALID)
  setLiteral(287, INVALID)
  base = 1
  for (let symbol: u32 = 0; symbol < 30; ++symbol) {
    const extra = symbol < 4 ? 0 : (symbol >> 1) - 1
    store<u32>(DISTANCE_SYMBOLS + (symbol << 2), (base << 16) | extra)
    base += 1 << extra
  }
  store<u32>(DISTANCE_SYMBOLS + (30 << 2), INVALID)
  store<u32>(DISTANCE_SYMBOLS + (31 << 2), INVALID)
}

function setLiteral(symbol: u32, entry: u32): void {
  store<u32>(LITERAL_SYMBOLS + (symbol << 2), entry)
}

/** RFC 1951, section 3.2.6. */
export function makeFixedTables(): void {
  if (S.isFixed) return
  memory.fill(LENGTHS, 8, 144)
  memory.fill(LENGTHS + 144, 9, 112)
  memory.fill(LENGTHS + 256, 7, 24)
  memory.fill(LENGTHS + 280, 8, 8)
  makeLiteralTable(288)
  memory.fill(LENGTHS, 5, 32)
  makeDistanceTable(0, 32)
  S.isFixed = true
}

/** Makes the table of literals and lengths; false when the lengths make no code. */
export function makeLiteralTable(count: u32): bool {
  return makeTable(LITERAL_TABLE, LITERAL_BITS, LITERAL_ENTRIES, LENGTHS, count, LITERAL_SYMBOLS, true)
}

/** Makes the table of distances, whose lengths are behind `first` others; false when they make no code. */
export function makeDistanceTable(first: u32, count: u32): bool {
  return makeTable(DISTANCE_TABLE, DISTANCE_BITS, DISTANCE_ENTRIES, LENGTHS + first, count, DISTANCE_SYMBOLS, true)
}

/**
 * Makes the table at `table` from the lengths of the codes of `count` symbols. It refuses what zlib refuses: more
 * codes than there can be, and fewer, except none at all or, with `maySingle`, one of a single bit. Bits that are no
 * code then lead to entries that are none.
 *
 * @param symbols an entry of each symbol without its code, or 0 when the symbol itself is the value
 */
export function makeTable(
  table: usize,
  rootBits: u32,
  entries: u32,
  lengths: usize,
  count: u32,
  symbols: usize,
  maySingle: bool,
): bool {
  memory.fill(COUNTS, 0, 64)
  for (let i: u32 = 0; i < count; ++i) {
    const at = COUNTS + ((<usize>load<u8>(lengths + i)) << 2)
    store<u32>(at, load<u32>(at) + 1)
  }
  let longest: u32 = 15
  while (longest > 0 && countOf(longest) == 0) --longest
  let left: i32 = 1
  for (let length: u32 = 1; length <= 15; ++length) {
    left = (left << 1) - <i32>countOf(length)
    if (left < 0) return false
  }
  if (longest > 0 && left > 0 && !(maySingle && longest == 1)) return false
  sortSymbols(lengths, count)
  if (left > 0) {
    // One code of one bit, or none. What is read as one all the same has one bit.
    const entry = maySingle ? INVALID : 0
    const only = longest == 1 ? entryOf(symbols, load<u16>(SORTED), 1) : entry | 0x101
    const size = <usize>1 << rootBits
    for (let i: usize = 0; i < size; i += 2) {
      store<u32>(table + (i << 2), only)
      store<u32>(table + (i << 2), entry | 0x101, 4)
    }
    return true
  }
  fillTable(table, rootBits, entries, longest, symbols)
  return true
}

/** Orders the symbols that have a code by its length, then by their number: the order of the codes. */
function sortSymbols(lengths: usize, count: u32): void {
  let offset: u32 = 0
  for (let length: u32 = 1; length <= 15; ++length) {
    store<u32>(OFFSETS + (length << 2), offset)
    offset += countOf(length)
  }
  for (let symbol: u32 = 0; symbol < count; ++symbol) {
    const length = load<u8>(lengths + symbol)
    if (length == 0) continue
    const at = OFFSETS + ((<usize>length) << 2)
    const place = load<u32>(at)
    store<u16>(SORTED + ((<usize>place) << 1), <u16>symbol)
    store<u32>(at, place + 1)
  }
}

/** Codes are packed from their first bit on, so a code is an index with its bits reversed. */
function fillTable(table: usize, rootBits: u32, entries: u32, longest: u32, symbols: usize): void {
  let next: usize = SORTED
  let code: u32 = 0
  // A table for codes of up to n bits is that for n - 1 bits twice, and the codes of n bits in their places.
  let size: u32 = 1
  for (let length: u32 = 1; length <= rootBits; ++length) {
    memory.copy(table + (<usize>size << 2), table, <usize>size << 2)
    size <<= 1
    for (let left = countOf(length); left > 0; --left) {
      store<u32>(table + (<usize>code << 2), entryOf(symbols, load<u16>(next), length))
      next += 2
      code = increment(code, length)
    }
  }
  // Longer codes that begin with the same bits share a table behind the first.
  let end: u32 = size
  let prefix: u32 = -1
  let first: u32 = 0
  let width: u32 = 0
  for (let length = rootBits + 1; length <= longest; ++length) {
    for (let left = countOf(length); left > 0; --left) {
      if ((code & (size - 1)) != prefix) {
        prefix = code & (size - 1)
        first = end
        width = subtableBits(rootBits, length, left, longest)
        end += 1 << width
        if (end > entries) unreachable()
        store<u32>(table + (<usize>prefix << 2), (first << 16) | SUBTABLE | SPECIAL | (width << 8) | rootBits)
      }
      const entry = entryOf(symbols, load<u16>(next), length - rootBits)
      for (let i = code >> rootBits; i < <u32>1 << width; i += 1 << (length - rootBits)) {
        store<u32>(table + (<usize>(first + i) << 2), entry)
      }
      next += 2
      code = increment(code, length)
    }
  }
}

/** How many bits a table needs whose first code is of `length`, of which there are `left` more. */
function subtableBits(rootBits: u32, length: u32, left: u32, longest: u32): u32 {
  let width = length - rootBits
  let room = (<i32>1 << width) - <i32>left
  while (room > 0 && rootBits + width < longest) {
    ++width
    room = (room << 1) - <i32>countOf(rootBits + width)
  }
  return width
}

/** The next code of `length` bits, all of them reversed. */
// @ts-ignore: decorator
@inline
function increment(code: u32, length: u32): u32 {
  const zeros = code ^ ((<u32>1 << length) - 1)
  if (zeros == 0) return 0
  const bit = <u32>1 << (31 - <u32>clz(zeros))
  return (code & (bit - 1)) | bit
}

// @ts-ignore: decorator
@inline
function entryOf(symbols: usize, symbol: u32, length: u32): u32 {
  const entry = symbols == 0 ? symbol << 16 : load<u32>(symbols + (symbol << 2))
  // The bits of the code count among all bits too.
  return entry + length * 0x101
}

// @ts-ignore: decorator
@inline
function countOf(length: u32): u32 {
  return load<u32>(COUNTS + (length << 2))
}
