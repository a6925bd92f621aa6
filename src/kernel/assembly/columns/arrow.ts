// Columns of the batch as Apache Arrow has them: validity bits, offsets and values of each node, from levels and vectors.
// https://arrow.apache.org/docs/format/Columnar.html#physical-memory-layout

import { Buffer, newBuffer, reserve, shrink } from './buffer'
import { childOf, isBytes, Kind, Leaf, Node } from './tree'

/** State of the columns added so far. */
class Arrow {
  /** Their buffers one after another, each at a multiple of `ALIGNMENT`. */
  static body: Buffer = changetype<Buffer>(0)
  /** As messages have them: length and number of NULLs of each node, 16 bytes. */
  static nodes: Buffer = changetype<Buffer>(0)
  /** As messages have them: where each buffer begins in the body, and its length, 16 bytes. */
  static buffers: Buffer = changetype<Buffer>(0)
  /** A byte a place of the node at hand: whether a value is there. */
  static scratch: Buffer = changetype<Buffer>(0)
}

/** The alignment recommended for readers with wide vectors: https://arrow.apache.org/docs/format/Columnar.html#buffer-alignment-and-padding */
const ALIGNMENT: usize = 64

/** Memory of one batch that was much larger than usual goes back. */
const KEPT: usize = 1 << 23

export function clearArrow(): void {
  if (changetype<usize>(Arrow.body) == 0) {
    Arrow.body = newBuffer(1 << 20)
    Arrow.nodes = newBuffer(1 << 10)
    Arrow.buffers = newBuffer(1 << 10)
    Arrow.scratch = newBuffer(1 << 13)
  }
  shrink(Arrow.body, KEPT)
  shrink(Arrow.nodes, KEPT)
  shrink(Arrow.buffers, KEPT)
  shrink(Arrow.scratch, KEPT)
}

/** Adds a column that was shredded last. */
export function addArrow(column: Node): void {
  putNode(column, 0, 0)
}

export function arrowBodyAt(): usize {
  return Arrow.body.at
}

export function arrowBodyBytes(): usize {
  return Arrow.body.used
}

export function arrowNodesAt(): usize {
  return Arrow.nodes.at
}

export function arrowNodesBytes(): usize {
  return Arrow.nodes.used
}

export function arrowBuffersAt(): usize {
  return Arrow.buffers.at
}

export function arrowBuffersBytes(): usize {
  return Arrow.buffers.used
}

/** Places of the node at hand, whether a value is there or not. */
let places: u32 = 0
let nulls: u32 = 0
/** A byte a place. */
let presence: usize = 0

/**
 * A node has a place wherever its list has an element, or its column a row: at levels that repeat nothing below
 * `repetition` and are defined up to `definition`.
 */
function putNode(node: Node, repetition: u32, definition: u32): void {
  const leaf = firstLeaf(node)
  findPlaces(leaf, node.definition, repetition, definition)
  putPair(Arrow.nodes, places, nulls)
  putValidity()
  if (node.kind < Kind.List) return putValues(leaf)
  if (node.kind == Kind.Row) {
    for (let i: u32 = 0; i < node.childCount; ++i) putNode(childOf(node, i), repetition, definition)
    return
  }
  const elements = putOffsets(leaf, node, repetition, definition)
  if (node.kind == Kind.Map) {
    // The pairs, of which each is there.
    putPair(Arrow.nodes, elements, 0)
    endBuffer(0)
  }
  for (let i: u32 = 0; i < node.childCount; ++i) putNode(childOf(node, i), node.repetition, node.definition + 1)
}

/** All leaves of a node tell where it is. */
function firstLeaf(node: Node): Leaf {
  while (node.kind >= Kind.List) node = childOf(node, 0)
  return node.leaf
}

function putPair(buffer: Buffer, first: u64, second: u64): void {
  reserve(buffer, 16)
  store<u64>(buffer.at + buffer.used, first)
  store<u64>(buffer.at + buffer.used, second, 8)
  buffer.used += 16
}

function findPlaces(leaf: Leaf, own: u32, repetition: u32, definition: u32): void {
  const entries = <u32>leaf.definitions.used
  const definitions = leaf.definitions.at
  if (leaf.maxDefinition == 1) {
    // A column that is a leaf: its levels are what is wanted.
    presence = definitions
    places = entries
    nulls = entries - <u32>(leaf.values.used / leaf.width)
    return
  }
  const scratch = Arrow.scratch
  scratch.used = 0
  reserve(scratch, entries)
  presence = scratch.at
  let count: u32 = 0
  let there: u32 = 0
  if (leaf.maxRepetition == 0) {
    count = entries
    for (let i: u32 = 0; i < entries; ++i) {
      const isThere = <u32>load<u8>(definitions + i) >= own
      store<u8>(presence + i, <u8>isThere)
      there += <u32>isThere
    }
  } else {
    const repetitions = leaf.repetitions.at
    for (let i: u32 = 0; i < entries; ++i) {
      const level = <u32>load<u8>(definitions + i)
      if (level < definition || <u32>load<u8>(repetitions + i) > repetition) continue
      const isThere = level >= own
      store<u8>(presence + count, <u8>isThere)
      there += <u32>isThere
      count++
    }
  }
  places = count
  nulls = count - there
}

/** Room for a buffer of `bytes`, and for vectors that end behind it. */
// @ts-ignore: decorator
@inline
function beginBuffer(bytes: usize): usize {
  reserve(Arrow.body, bytes + ALIGNMENT)
  return Arrow.body.at + Arrow.body.used
}

function endBuffer(bytes: usize): void {
  const body = Arrow.body
  putPair(Arrow.buffers, body.used, bytes)
  const padded = (bytes + ALIGNMENT - 1) & ~(ALIGNMENT - 1)
  reserve(body, padded)
  memory.fill(body.at + body.used + bytes, 0, padded - bytes)
  body.used += padded
}

/** None where nothing is NULL. */
function putValidity(): void {
  if (nulls == 0) return endBuffer(0)
  putBits(presence, places)
}

/** Bytes 0 or 1 to bits, the first one lowest: each product bit comes from one of them. */
function putBits(from: usize, count: u32): void {
  const bytes = (<usize>count + 7) / 8
  const op = beginBuffer(bytes)
  for (let i: usize = 0; i < bytes; ++i) {
    let eight = load<u64>(from + (i << 3))
    // Behind the last one lies what an earlier column left.
    const rest = <u64>count - (<u64>i << 3)
    if (rest < 8) eight &= (<u64>1 << (rest << 3)) - 1
    store<u8>(op + i, <u8>((eight * 0x0102040810204080) >> 56))
  }
  endBuffer(bytes)
}

/** Where each list begins among the elements. Returns how many elements there are. */
function putOffsets(leaf: Leaf, node: Node, repetition: u32, definition: u32): u32 {
  const bytes = (<usize>places + 1) * 4
  const op = beginBuffer(bytes)
  const entries = <u32>leaf.definitions.used
  const definitions = leaf.definitions.at
  const repetitions = leaf.repetitions.at
  let place: usize = 0
  let elements: u32 = 0
  for (let i: u32 = 0; i < entries; ++i) {
    const level = <u32>load<u8>(definitions + i)
    const repeated = <u32>load<u8>(repetitions + i)
    if (level >= definition && repeated <= repetition) store<u32>(op + place++ * 4, elements)
    if (level > node.definition && repeated <= node.repetition) ++elements
  }
  store<u32>(op + place * 4, elements)
  endBuffer(bytes)
  return elements
}

function putValues(leaf: Leaf): void {
  switch (leaf.kind) {
    case Kind.Boolean:
      return putBooleans(leaf)
    case Kind.TinyInt:
      return spread<i32, i8>(leaf)
    case Kind.SmallInt:
      return spread<i32, i16>(leaf)
    case Kind.Decimal32:
      return spreadWide<i32>(leaf)
    case Kind.Decimal64:
      return spreadWide<i64>(leaf)
    case Kind.Decimal128:
    case Kind.Uuid:
      return spreadSixteen(leaf)
    default:
      if (isBytes(leaf.kind)) return putTexts(leaf)
      if (leaf.width == 4) return spread<i32, i32>(leaf)
      return spread<i64, i64>(leaf)
  }
}

/** Puts values where they are there, and zeros elsewhere. */
function spread<From, To>(leaf: Leaf): void {
  const bytes = <usize>places * sizeof<To>()
  const op = beginBuffer(bytes)
  let from = leaf.values.at
  if (nulls == 0 && sizeof<From>() == sizeof<To>()) {
    memory.copy(op, from, bytes)
  } else {
    for (let i: u32 = 0; i < places; ++i) {
      const isThere = load<u8>(presence + i)
      store<To>(op + <usize>i * sizeof<To>(), isThere ? <To>load<From>(from) : <To>0)
      from += <usize>isThere * sizeof<From>()
    }
  }
  endBuffer(bytes)
}

/** Numbers as those of 128 bits. */
function spreadWide<From>(leaf: Leaf): void {
  const bytes = <usize>places << 4
  const op = beginBuffer(bytes)
  let from = leaf.values.at
  for (let i: u32 = 0; i < places; ++i) {
    const isThere = load<u8>(presence + i)
    const value = isThere ? <i64>load<From>(from) : 0
    store<i64>(op + (<usize>i << 4), value)
    store<i64>(op + (<usize>i << 4), value >> 63, 8)
    from += <usize>isThere * sizeof<From>()
  }
  endBuffer(bytes)
}

function spreadSixteen(leaf: Leaf): void {
  const bytes = <usize>places << 4
  const op = beginBuffer(bytes)
  let from = leaf.values.at
  for (let i: u32 = 0; i < places; ++i) {
    const isThere = load<u8>(presence + i)
    v128.store(op + (<usize>i << 4), isThere ? v128.load(from) : i64x2.splat(0))
    from += <usize>isThere << 4
  }
  endBuffer(bytes)
}

function putBooleans(leaf: Leaf): void {
  if (nulls == 0) return putBits(leaf.values.at, places)
  const scratch = Arrow.scratch
  // The presence of a column that is a leaf lies in its levels, that of others in the scratch: behind it then.
  const own = presence == scratch.at ? <usize>places : 0
  scratch.used = own
  reserve(scratch, places)
  if (own > 0) presence = scratch.at
  const op = scratch.at + own
  let from = leaf.values.at
  for (let i: u32 = 0; i < places; ++i) {
    const isThere = load<u8>(presence + i)
    store<u8>(op + i, load<u8>(from) & isThere)
    from += <usize>isThere
  }
  putBits(op, places)
}

/** Offsets of 32 bits, then bytes: a batch has far less than 2 GiB. */
function putTexts(leaf: Leaf): void {
  const values = leaf.values.at
  const count = <u32>(leaf.values.used >> 3)
  let bytes: usize = 0
  for (let i: u32 = 0; i < count; ++i) bytes += <usize>load<u32>(values + (<usize>i << 3), 4)
  const offsetBytes = (<usize>places + 1) * 4
  let op = beginBuffer(offsetBytes)
  let end: u32 = 0
  let entry = values
  store<u32>(op, 0)
  for (let i: u32 = 0; i < places; ++i) {
    const isThere = load<u8>(presence + i)
    end += isThere ? load<u32>(entry, 4) : 0
    entry += <usize>isThere << 3
    store<u32>(op + ((<usize>i + 1) << 2), end)
  }
  endBuffer(offsetBytes)
  op = beginBuffer(bytes)
  for (let i: u32 = 0; i < count; ++i) {
    const from = <usize>load<u32>(values + (<usize>i << 3))
    const length = <usize>load<u32>(values + (<usize>i << 3), 4)
    if (length <= 32) {
      v128.store(op, v128.load(from))
      v128.store(op, v128.load(from, 16), 16)
    } else {
      memory.copy(op, from, length)
    }
    op += length
  }
  endBuffer(bytes)
}
