// Least and greatest value of a column on a page and in a row group, in the order the format defines for its type:
// https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift, `union ColumnOrder`.

import { Buffer, newBuffer, reserve } from './buffer'
import { indexCount, indicesAt } from './dictionary'
import { Dictionary } from './dictionary-data'
import { isBytes, Kind, Leaf } from './tree'

/** Of the page at hand: what `addStatistics` found last. */
export class PageRange {
  static hasMinMax: bool = false
  static hasNaN: bool = false
  static minimum: Buffer = changetype<Buffer>(0)
  static maximum: Buffer = changetype<Buffer>(0)
}

export function openStatistics(): void {
  PageRange.minimum = newBuffer(64)
  PageRange.maximum = newBuffer(64)
}

export function clearStatistics(leaf: Leaf): void {
  leaf.hasMinMax = false
  leaf.hasNaN = false
}

/**
 * Takes the batch's values into account. Of texts that were looked up (`indexed`), each entry of the dictionary is compared
 * once, however often the page has it.
 */
export function addStatistics(leaf: Leaf, indexed: bool): void {
  PageRange.hasMinMax = false
  PageRange.hasNaN = false
  if (indexed && isBytes(leaf.kind)) addSeen(leaf.dictionary)
  else addValues(leaf.kind, leaf.width, leaf.values.at, <u32>(leaf.values.used / leaf.width))
  addPage(leaf)
}

function addValues(kind: Kind, width: u32, values: usize, count: u32): void {
  switch (kind) {
    case Kind.Boolean:
      return addNumbers<u8>(values, count)
    case Kind.Real:
      return addFloats<f32>(values, count)
    case Kind.Double:
      return addFloats<f64>(values, count)
    case Kind.Text:
    case Kind.Json:
    case Kind.Binary:
      for (let i: u32 = 0; i < count; ++i) {
        const entry = values + (<usize>i << 3)
        addBytes(<usize>load<u32>(entry), <usize>load<u32>(entry, 4))
      }
      return
    case Kind.Uuid:
      for (let i: u32 = 0; i < count; ++i) addBytes(values + (<usize>i << 4), 16)
      return
    case Kind.Decimal128:
      for (let i: u32 = 0; i < count; ++i) addWide(values + (<usize>i << 4))
      return
    default:
      if (width == 4) addNumbers<i32>(values, count)
      else addNumbers<i64>(values, count)
  }
}

/** The entries that the page's indices name. */
function addSeen(dictionary: Dictionary): void {
  const entries = dictionary.count
  const seen = heap.alloc(max<usize>(entries, 1))
  memory.fill(seen, 0, entries)
  const end = indicesAt() + (<usize>indexCount() << 2)
  for (let at = indicesAt(); at < end; at += 4) store<u8>(seen + <usize>load<u32>(at), 1)
  for (let i: u32 = 0; i < entries; ++i) {
    if (load<u8>(seen + i) == 0) continue
    const value = dictionary.values.at + <usize>load<u32>(dictionary.offsets.at + (<usize>i << 2))
    addBytes(value + 4, <usize>load<u32>(value))
  }
  heap.free(seen)
}

/** The row group's range takes in that of the page. */
function addPage(leaf: Leaf): void {
  if (PageRange.hasNaN) leaf.hasNaN = true
  if (!PageRange.hasMinMax) return
  const least = PageRange.minimum
  const greatest = PageRange.maximum
  if (!leaf.hasMinMax || isLess(leaf, least.at, least.used, leaf.minimum)) keep(leaf.minimum, least.at, least.used)
  if (!leaf.hasMinMax || !isLess(leaf, greatest.at, greatest.used, leaf.maximum)) {
    keep(leaf.maximum, greatest.at, greatest.used)
  }
  leaf.hasMinMax = true
}

/** Below 0 where the first of two values comes before, above where the second does; of a NaN always above. */
export function compareValues(leaf: Leaf, a: usize, aLength: usize, b: usize, bLength: usize): i32 {
  const kind = leaf.kind
  if (kind == Kind.Boolean) return compareNumbers<u8>(a, b)
  if (kind == Kind.Real) return compareNumbers<f32>(a, b)
  if (kind == Kind.Double) return compareNumbers<f64>(a, b)
  if (kind == Kind.Decimal128) return lessWide(a, b) ? -1 : <i32>lessWide(b, a)
  if (isBytes(kind) || kind == Kind.Uuid) return compareBytes(a, aLength, b, bLength)
  return leaf.width == 4 ? compareNumbers<i32>(a, b) : compareNumbers<i64>(a, b)
}

function compareNumbers<T>(a: usize, b: usize): i32 {
  const x = load<T>(a)
  const y = load<T>(b)
  return x < y ? -1 : x == y ? 0 : 1
}

function isLess(leaf: Leaf, at: usize, length: usize, bound: Buffer): bool {
  return compareValues(leaf, at, length, bound.at, bound.used) < 0
}

function addNumbers<T>(values: usize, count: u32): void {
  if (count == 0) return
  let least = load<T>(values)
  let greatest = least
  for (let i: u32 = 1; i < count; ++i) {
    const value = load<T>(values + <usize>i * sizeof<T>())
    if (value < least) least = value
    if (value > greatest) greatest = value
  }
  store<T>(PageRange.minimum.at, least)
  store<T>(PageRange.maximum.at, greatest)
  PageRange.minimum.used = sizeof<T>()
  PageRange.maximum.used = sizeof<T>()
  PageRange.hasMinMax = true
}

function addFloats<T>(values: usize, count: u32): void {
  for (let i: u32 = 0; i < count; ++i) {
    const value = load<T>(values + <usize>i * sizeof<T>())
    if (value != value) PageRange.hasNaN = true
  }
  // Comparisons with NaN are false, so the bounds may be wrong then; they are not written.
  addNumbers<T>(values, count)
}

function addBytes(at: usize, length: usize): void {
  const least = PageRange.minimum
  const greatest = PageRange.maximum
  if (!PageRange.hasMinMax) {
    keep(least, at, length)
    keep(greatest, at, length)
    PageRange.hasMinMax = true
    return
  }
  if (compareBytes(at, length, least.at, least.used) < 0) keep(least, at, length)
  else if (compareBytes(at, length, greatest.at, greatest.used) > 0) keep(greatest, at, length)
}

function keep(bound: Buffer, at: usize, length: usize): void {
  bound.used = 0
  reserve(bound, length)
  memory.copy(bound.at, at, length)
  bound.used = length
}

/** Unsigned bytes, from the first on; a prefix comes before what it begins. */
function compareBytes(a: usize, aLength: usize, b: usize, bLength: usize): i32 {
  const length = min(aLength, bLength)
  for (let i: usize = 0; i < length; i += 8) {
    let x = bswap(load<u64>(a + i))
    let y = bswap(load<u64>(b + i))
    if (length - i < 8) {
      const beyond = (8 - <u64>(length - i)) << 3
      x >>= beyond
      y >>= beyond
    }
    if (x != y) return x < y ? -1 : 1
  }
  return aLength < bLength ? -1 : <i32>(aLength > bLength)
}

// @ts-ignore: decorator
@inline
function lessWide(a: usize, b: usize): bool {
  const aHigh = load<i64>(a, 8)
  const bHigh = load<i64>(b, 8)
  return aHigh < bHigh || (aHigh == bHigh && load<u64>(a) < load<u64>(b))
}

function addWide(at: usize): void {
  if (!PageRange.hasMinMax || lessWide(at, PageRange.minimum.at)) keep(PageRange.minimum, at, 16)
  if (!PageRange.hasMinMax || lessWide(PageRange.maximum.at, at)) keep(PageRange.maximum, at, 16)
  PageRange.hasMinMax = true
}
