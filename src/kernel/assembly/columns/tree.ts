// The columns as a tree, built by the loader before any data: leaves hold values, groups only levels.
// Definition and repetition levels are those of the Dremel paper; "Nested Encoding" in the format's README
// (https://github.com/apache/parquet-format#nested-encoding) says how Parquet counts them.

import { Buffer, newBuffer } from './buffer'
import { Dictionary } from './dictionary-data'

/** The loader has the same numbers (src/kernel/numbers.ts), which a test compares. */
export const enum Kind {
  Boolean = 0,
  TinyInt = 1,
  SmallInt = 2,
  Integer = 3,
  BigInt = 4,
  Real = 5,
  Double = 6,
  Text = 7,
  /** Text; anything that is not text becomes JSON text. */
  Json = 8,
  Binary = 9,
  Uuid = 10,
  Date = 11,
  Time = 12,
  Timestamp = 13,
  TimestampWithZone = 14,
  Decimal32 = 15,
  Decimal64 = 16,
  Decimal128 = 17,
  List = 18,
  Map = 19,
  Row = 20,
}

@unmanaged
export class Node {
  kind: Kind
  /** The definition level of a value that is there: one more for each optional or repeated ancestor and itself. */
  definition: u32
  /** The repetition level of its further elements, for a list or map. */
  repetition: u32
  precision: i32
  scale: i32
  childCount: u32
  /** Pointers to the children, four bytes each. */
  children: usize
  /** Names of a row's fields: address and length, eight bytes each. */
  names: usize
  leaf: Leaf
}

/**
 * The values and levels of one leaf in the batch at hand, and what is kept of it for the whole row group. Flat
 * columns share the vectors, because they are worked off one after another.
 */
@unmanaged
export class Leaf {
  kind: Kind
  maxDefinition: u32
  maxRepetition: u32
  /** Of one value in `values`: a number as it is, for a text its address and its length. */
  width: u32
  /** Bytes of a value in the file, if all have as many; 0 for texts, and for booleans, which take a bit. */
  storedWidth: u32
  values: Buffer
  /** A byte a level. */
  definitions: Buffer
  repetitions: Buffer
  /** How full the vectors were before the row at hand. */
  valuesMark: usize
  levelsMark: usize
  dictionary: Dictionary
  hasMinMax: bool
  hasNaN: bool
  /** A value each, as in `values`; of texts the bytes are copied here. */
  minimum: Buffer
  maximum: Buffer
}

function vectorWidth(kind: Kind): u32 {
  switch (kind) {
    case Kind.Boolean:
      return 1
    case Kind.TinyInt:
    case Kind.SmallInt:
    case Kind.Integer:
    case Kind.Real:
    case Kind.Date:
    case Kind.Decimal32:
      return 4
    case Kind.Uuid:
    case Kind.Decimal128:
      return 16
    default:
      return 8
  }
}

// @ts-ignore: decorator
@inline
export function isBytes(kind: Kind): bool {
  return kind >= Kind.Text && kind <= Kind.Binary
}

/** Bytes of the two's complement that hold any decimal of that precision: the format's fixed-length form. */
function decimalBytes(precision: i32): u32 {
  // 10^p < 2^(8n - 1); log2(10) = 3.3219…
  return <u32>((<f64>precision * 3.321928094887362 + 1) / 8) + 1
}

function storedWidth(kind: Kind, precision: i32): u32 {
  if (isBytes(kind) || kind == Kind.Boolean) return 0
  return kind == Kind.Decimal128 ? decimalBytes(precision) : vectorWidth(kind)
}

class Shared {
  static values: Buffer = changetype<Buffer>(0)
  static definitions: Buffer = changetype<Buffer>(0)
  static repetitions: Buffer = changetype<Buffer>(0)
}

function openShared(): void {
  if (changetype<usize>(Shared.values) != 0) return
  Shared.values = newBuffer(1 << 16)
  Shared.definitions = newBuffer(1 << 13)
  Shared.repetitions = newBuffer(16)
}

/** A leaf. `flat` ones are the whole of their column. */
export function addLeaf(kind: Kind, definition: u32, repetition: u32, precision: i32, scale: i32, flat: bool): Node {
  openShared()
  const leaf = changetype<Leaf>(heap.alloc(offsetof<Leaf>()))
  leaf.kind = kind
  leaf.maxDefinition = definition
  leaf.maxRepetition = repetition
  leaf.width = vectorWidth(kind)
  leaf.storedWidth = storedWidth(kind, precision)
  leaf.values = flat ? Shared.values : newBuffer(1 << 12)
  leaf.definitions = flat ? Shared.definitions : newBuffer(1 << 10)
  leaf.repetitions = flat ? Shared.repetitions : newBuffer(1 << 10)
  leaf.dictionary = changetype<Dictionary>(0)
  leaf.minimum = newBuffer(16)
  leaf.maximum = newBuffer(16)
  leaf.hasMinMax = false
  leaf.hasNaN = false
  const node = addGroup(kind, definition, repetition, 0)
  node.precision = precision
  node.scale = scale
  node.leaf = leaf
  return node
}

export function addGroup(kind: Kind, definition: u32, repetition: u32, children: u32): Node {
  const node = changetype<Node>(heap.alloc(offsetof<Node>()))
  node.kind = kind
  node.definition = definition
  node.repetition = repetition
  node.precision = 0
  node.scale = 0
  node.childCount = children
  node.children = heap.alloc(max<usize>(children * 4, 4))
  node.names = heap.alloc(max<usize>(children * 8, 8))
  node.leaf = changetype<Leaf>(0)
  return node
}

/** The name is `nameLength` bytes at `nameAt`, which this module then owns. */
export function setChild(node: Node, index: u32, child: Node, nameAt: usize, nameLength: u32): void {
  store<usize>(node.children + index * 4, changetype<usize>(child))
  store<usize>(node.names + index * 8, nameAt)
  store<u32>(node.names + index * 8, nameLength, 4)
}

// @ts-ignore: decorator
@inline
export function childOf(node: Node, index: u32): Node {
  return changetype<Node>(load<usize>(node.children + index * 4))
}
