// Least and greatest value of a column in a row group, in the order the format defines for its type:
// https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift, `union ColumnOrder`.

import { Buffer, reserve } from './buffer'
import { isBytes, Kind, Leaf } from './tree'

export function clearStatistics(leaf: Leaf): void {
  leaf.hasMinMax = false
  leaf.hasNaN = false
}

/** Takes the batch's values into account. */
export function addStatistics(leaf: Leaf): void {
  const values = leaf.values.at
  const count = <u32>(leaf.values.used / leaf.width)
  switch (leaf.kind) {
    case Kind.Boolean:
      return addNumbers<u8>(leaf, values, count)
    case Kind.Real:
      return addFloats<f32>(leaf, values, count)
    case Kind.Double:
      return addFloats<f64>(leaf, values, count)
    case Kind.Text:
    case Kind.Json:
    case Kind.Binary:
      for (let i: u32 = 0; i < count; ++i) {
        const entry = values + (<usize>i << 3)
        addBytes(leaf, <usize>load<u32>(entry), <usize>load<u32>(entry, 4))
      }
      return
    case Kind.Uuid:
      for (let i: u32 = 0; i < count; ++i) addBytes(leaf, values + (<usize>i << 4), 16)
      return
    case Kind.Decimal128:
      for (let i: u32 = 0; i < count; ++i) addWide(leaf, values + (<usize>i << 4))
      return
    default:
      if (leaf.width == 4) addNumbers<i32>(leaf, values, count)
      else addNumbers<i64>(leaf, values, count)
  }
}

/** Takes every value of the dictionary into account: all of them are on pages. */
export function addDictionaryStatistics(leaf: Leaf): void {
  const dictionary = leaf.dictionary
  const values = dictionary.values.at
  if (isBytes(leaf.kind)) {
    let at = values
    for (let i: u32 = 0; i < dictionary.count; ++i) {
      const length = <usize>load<u32>(at)
      addBytes(leaf, at + 4, length)
      at += 4 + length
    }
  } else if (leaf.kind == Kind.Real) addFloats<f32>(leaf, values, dictionary.count)
  else if (leaf.kind == Kind.Double) addFloats<f64>(leaf, values, dictionary.count)
  else if (leaf.width == 4) addNumbers<i32>(leaf, values, dictionary.count)
  else addNumbers<i64>(leaf, values, dictionary.count)
}

function addNumbers<T>(leaf: Leaf, values: usize, count: u32): void {
  if (count == 0) return
  let least = load<T>(leaf.hasMinMax ? leaf.minimum.at : values)
  let greatest = load<T>(leaf.hasMinMax ? leaf.maximum.at : values)
  for (let i: u32 = 0; i < count; ++i) {
    const value = load<T>(values + <usize>i * sizeof<T>())
    if (value < least) least = value
    if (value > greatest) greatest = value
  }
  store<T>(leaf.minimum.at, least)
  store<T>(leaf.maximum.at, greatest)
  leaf.minimum.used = sizeof<T>()
  leaf.maximum.used = sizeof<T>()
  leaf.hasMinMax = true
}

function addFloats<T>(leaf: Leaf, values: usize, count: u32): void {
  for (let i: u32 = 0; i < count; ++i) {
    const value = load<T>(values + <usize>i * sizeof<T>())
    if (value != value) leaf.hasNaN = true
  }
  // Comparisons with NaN are false, so the bounds may be wrong then; they are not written.
  addNumbers<T>(leaf, values, count)
}

function addBytes(leaf: Leaf, at: usize, length: usize): void {
  if (!leaf.hasMinMax) {
    keep(leaf.minimum, at, length)
    keep(leaf.maximum, at, length)
    leaf.hasMinMax = true
    return
  }
  if (compareBytes(at, length, leaf.minimum.at, leaf.minimum.used) < 0) keep(leaf.minimum, at, length)
  else if (compareBytes(at, length, leaf.maximum.at, leaf.maximum.used) > 0) keep(leaf.maximum, at, length)
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

function addWide(leaf: Leaf, at: usize): void {
  if (!leaf.hasMinMax || lessWide(at, leaf.minimum.at)) keep(leaf.minimum, at, 16)
  if (!leaf.hasMinMax || lessWide(leaf.maximum.at, at)) keep(leaf.maximum, at, 16)
  leaf.hasMinMax = true
}
