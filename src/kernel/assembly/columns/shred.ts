// Cells into vectors and levels: what Dremel's paper calls shredding, see
// https://github.com/apache/parquet-format#nested-encoding.

import { castValue } from '../cast'
import { made } from '../cast-made'
import { Cast } from '../plan'
import { Token, big16, big32, big64, isFixStr } from '../tokens'
import { Batch, cellAt, skip } from './batch'
import { Body, isText, readBody } from './body'
import { borrow, returnBorrowed } from './borrowed'
import { reserve, shrink } from './buffer'
import { castText, packKey, parseJson } from './host'
import { isShortAscii, putScalar } from './scalars'
import { childOf, isBytes, Kind, Leaf, Node } from './tree'

export class Misfit {
  /** The row of the batch. */
  static row: u32 = 0
  /** The value that did not fit: all of it, or the part of a nested one. */
  static at: usize = 0
}

/** NULL instead of a cell that does not fit, from the options. */
let lenient = false
let nulled: u32 = 0

export function setLenient(value: bool): void {
  lenient = value
}

/** How many cells became NULL since the last call. */
export function takeNulled(): u32 {
  const count = nulled
  nulled = 0
  return count
}

/** Shreds the cells of one slot, cast first. False when one does not fit, and `Misfit` says which. */
export function shredColumn(column: Node, slot: u32, cast: Cast): bool {
  // The column before is on its pages: what it borrowed is free, and so are vectors that it shared.
  returnBorrowed()
  clearVectors(column)
  return column.kind < Kind.List ? shredFlat(column, slot, cast) : shredNested(column, slot)
}

/** The cast makes its values in one place; texts are looked at again later. */
function castScalar(column: Node, at: usize, cast: Cast): bool {
  let value = castValue(at, cast)
  if (value == 0) return false
  if (value != at) {
    if (isBytes(column.kind)) {
      const kept = borrow(64)
      memory.copy(kept, made, 64)
      value = kept + (value - made)
    }
  } else if (cast == Cast.Varchar && !isText(load<u8>(at))) {
    value = castText(at, skip(at) - at)
  }
  return putScalar(column, value, load<u8>(value))
}

function shredFlat(column: Node, slot: u32, cast: Cast): bool {
  const definitions = column.leaf.definitions
  const values = column.leaf.values
  const rows = Batch.rows
  reserve(definitions, rows)
  // So that the quick ways below need not look for room.
  reserve(values, <usize>rows * column.leaf.width)
  const quick = cast == Cast.None ? column.kind : Kind.List
  const unitsASecond: i64 = column.scale == 3 ? 1_000 : column.scale == 9 ? 1_000_000_000 : 1_000_000
  const levels = definitions.at
  for (let row: u32 = 0; row < rows; ++row) {
    const at = cellAt(slot, row)
    const t: i32 = load<u8>(at)
    if (t == Token.Nil) {
      store<u8>(levels + row, 0)
      continue
    }
    const op = values.at + values.used
    if (quick == Kind.Text && isFixStr(t) && isShortAscii(at + 1, t & 0x1f)) {
      store<u64>(op, <u64>(at + 1) | (<u64>(t & 0x1f) << 32))
      values.used += 8
    } else if (quick == Kind.BigInt && t == Token.UInt32) {
      store<i64>(op, big32(at + 1))
      values.used += 8
    } else if (quick == Kind.Double && t == Token.Float64) {
      store<u64>(op, big64(at + 1))
      values.used += 8
    } else if (cast == Cast.Timestamp && t == Token.UInt32) {
      store<i64>(op, <i64>big32(at + 1) * unitsASecond)
      values.used += 8
    } else if (!(cast == Cast.None ? putScalar(column, at, t) : castScalar(column, at, cast))) {
      Misfit.row = row
      Misfit.at = at
      if (!lenient) return false
      nulled++
      store<u8>(levels + row, 0)
      continue
    }
    store<u8>(levels + row, 1)
  }
  definitions.used = rows
  return true
}

function shredNested(column: Node, slot: u32): bool {
  for (let row: u32 = 0; row < Batch.rows; ++row) {
    if (lenient) markVectors(column)
    Misfit.row = row
    if (shred(column, cellAt(slot, row), 0, 0) != 0) continue
    if (!lenient) return false
    nulled++
    resetVectors(column)
    putNull(column, 0, 0)
  }
  return true
}

/**
 * Appends the value at `at`, whose parent is there to the level `definition`. Returns where the value ends, or 0
 * when it does not fit.
 */
function shred(node: Node, at: usize, repetition: u32, definition: u32): usize {
  const t: i32 = load<u8>(at)
  if (t == Token.Nil) {
    // A key of a map is required: its level is that of its parent.
    if (node.definition == definition) return misfit(at)
    putNull(node, repetition, definition)
    return at + 1
  }
  if (node.kind < Kind.List) {
    if (!putScalar(node, at, t)) return misfit(at)
    putLevels(node.leaf, repetition, node.definition)
    return skip(at)
  }
  if (readBody(at, t)) {
    const parsed = parseJson(changetype<usize>(node), Body.at, Body.length)
    if (parsed == 0) return misfit(at)
    return shredGroup(node, parsed, load<u8>(parsed), repetition, definition) == 0 ? 0 : skip(at)
  }
  return shredGroup(node, at, t, repetition, definition)
}

function shredGroup(node: Node, at: usize, t: i32, repetition: u32, definition: u32): usize {
  // JSON text may say `null`.
  if (t == Token.Nil) {
    if (node.definition == definition) return misfit(at)
    putNull(node, repetition, definition)
    return at + 1
  }
  if (node.kind == Kind.List) return shredList(node, at, t, repetition)
  if (node.kind == Kind.Map) return shredMap(node, at, t, repetition)
  return shredRow(node, at, t, repetition)
}

function misfit(at: usize): usize {
  Misfit.at = at
  return 0
}

/** How many elements or pairs there are, and where the first begins. */
let count: u32 = 0
let first: usize = 0

function readArray(at: usize, t: i32): bool {
  if (t >= Token.FixArray && t < Token.FixStr) {
    count = t & 0x0f
    first = at + 1
  } else if (t == Token.Array16) {
    count = big16(at + 1)
    first = at + 3
  } else if (t == Token.Array32) {
    count = big32(at + 1)
    first = at + 5
  } else {
    return false
  }
  return true
}

function readMap(at: usize, t: i32): bool {
  if (t >= Token.FixMap && t < Token.FixArray) {
    count = t & 0x0f
    first = at + 1
  } else if (t == Token.Map16) {
    count = big16(at + 1)
    first = at + 3
  } else if (t == Token.Map32) {
    count = big32(at + 1)
    first = at + 5
  } else {
    return false
  }
  return true
}

function shredList(node: Node, at: usize, t: i32, repetition: u32): usize {
  if (!readArray(at, t)) return misfit(at)
  const element = childOf(node, 0)
  const length = count
  let p = first
  if (length == 0) putNull(element, repetition, node.definition)
  for (let i: u32 = 0; i < length; ++i) {
    p = shred(element, p, i == 0 ? repetition : node.repetition, node.definition + 1)
    if (p == 0) return 0
  }
  return p
}

function shredMap(node: Node, at: usize, t: i32, repetition: u32): usize {
  if (!readMap(at, t)) return misfit(at)
  const key = childOf(node, 0)
  const value = childOf(node, 1)
  const length = count
  let p = first
  if (length == 0) {
    putNull(key, repetition, node.definition)
    putNull(value, repetition, node.definition)
  }
  for (let i: u32 = 0; i < length; ++i) {
    const level = i == 0 ? repetition : node.repetition
    p = shredKey(key, p, level, node.definition + 1)
    if (p == 0) return 0
    p = shred(value, p, level, node.definition + 1)
    if (p == 0) return 0
  }
  return p
}

/** Keys may come as texts, as JSON has no others: numbers and truth values are read from them. */
function shredKey(key: Node, at: usize, repetition: u32, definition: u32): usize {
  if (key.kind > Kind.Double || !readBody(at, load<u8>(at))) return shred(key, at, repetition, definition)
  const packed = packKey(changetype<usize>(key), Body.at, Body.length)
  return shred(key, packed, repetition, definition) == 0 ? misfit(at) : skip(at)
}

/** A row comes as an array of its fields, or as a map by their names, in which those that are NULL may be left out. */
function shredRow(node: Node, at: usize, t: i32, repetition: u32): usize {
  if (readArray(at, t)) {
    if (count != node.childCount) return misfit(at)
    let p = first
    for (let i: u32 = 0; i < node.childCount; ++i) {
      p = shred(childOf(node, i), p, repetition, node.definition)
      if (p == 0) return 0
    }
    return p
  }
  if (!readMap(at, t)) return misfit(at)
  const pairs = count
  const begin = first
  let found: u32 = 0
  for (let i: u32 = 0; i < node.childCount; ++i) {
    const value = findField(node, i, begin, pairs)
    if (value == 0) {
      putNull(childOf(node, i), repetition, node.definition)
    } else {
      ++found
      if (shred(childOf(node, i), value, repetition, node.definition) == 0) return 0
    }
  }
  // A name the type does not have: its value would be lost.
  return found == pairs ? skip(at) : misfit(at)
}

function findField(node: Node, index: u32, at: usize, pairs: u32): usize {
  const nameAt = load<usize>(node.names + index * 8)
  const nameLength = <usize>load<u32>(node.names + index * 8, 4)
  for (let i: u32 = 0; i < pairs; ++i) {
    const value = skip(at)
    if (
      readBody(at, load<u8>(at)) &&
      Body.length == nameLength &&
      memory.compare(Body.at, nameAt, nameLength) == 0
    ) {
      return value
    }
    at = skip(value)
  }
  return 0
}

// @ts-ignore: decorator
@inline
function putLevels(leaf: Leaf, repetition: u32, definition: u32): void {
  const definitions = leaf.definitions
  reserve(definitions, 1)
  store<u8>(definitions.at + definitions.used++, <u8>definition)
  if (leaf.maxRepetition == 0) return
  const repetitions = leaf.repetitions
  reserve(repetitions, 1)
  store<u8>(repetitions.at + repetitions.used++, <u8>repetition)
}

/** The levels of something that is not there below `definition`, in all its leaves. */
function putNull(node: Node, repetition: u32, definition: u32): void {
  if (node.kind < Kind.List) return putLevels(node.leaf, repetition, definition)
  for (let i: u32 = 0; i < node.childCount; ++i) putNull(childOf(node, i), repetition, definition)
}

/** Vectors that one unusual batch made larger give their memory back. */
const KEPT: usize = 1 << 20

function clearVectors(node: Node): void {
  for (let i: u32 = 0; i < node.childCount; ++i) clearVectors(childOf(node, i))
  if (node.kind >= Kind.List) return
  shrink(node.leaf.values, KEPT)
  shrink(node.leaf.definitions, KEPT)
  shrink(node.leaf.repetitions, KEPT)
}

function markVectors(node: Node): void {
  for (let i: u32 = 0; i < node.childCount; ++i) markVectors(childOf(node, i))
  if (node.kind >= Kind.List) return
  node.leaf.valuesMark = node.leaf.values.used
  node.leaf.levelsMark = node.leaf.definitions.used
}

function resetVectors(node: Node): void {
  for (let i: u32 = 0; i < node.childCount; ++i) resetVectors(childOf(node, i))
  if (node.kind >= Kind.List) return
  node.leaf.values.used = node.leaf.valuesMark
  node.leaf.definitions.used = node.leaf.levelsMark
  if (node.leaf.maxRepetition > 0) node.leaf.repetitions.used = node.leaf.levelsMark
}
