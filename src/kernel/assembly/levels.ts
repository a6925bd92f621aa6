// The arrays and maps that are open while a value is written as text: a stack, so that depth costs no recursion.

import { allocate } from './memory'
import { Limit } from './plan'
import { Shape, ShapeKind } from './shapes'

/** An open array or map. */
@unmanaged
export class Level {
  /** Keys, values or elements that are not finished. */
  left: u64
  kind: LevelKind
  /** Of what stands inside. */
  level: i32
  /** The address of its {@link Shape}; 0 where it holds no rows to be written as objects. */
  shape: usize
  /** Of a map with a shape: that of the value behind the key at hand. */
  member: usize
}

/** The lowest bit tells maps, the next one what is in quotes as a whole. */
export const enum LevelKind {
  Array = 0,
  Map = 1,
  QuotedArray = 2,
  QuotedMap = 3,
  /** An array that is written as an object, with the names of its shape. */
  Row = 4,
}

let stack: usize = 0

export function openLevels(): void {
  stack = allocate((<usize>Limit.depth + 1) * offsetof<Level>())
}

// @ts-ignore: decorator
@inline
export function levelAt(index: u32): Level {
  return changetype<Level>(stack + index * offsetof<Level>())
}

/** Gives an open level its shape, if it is what the shape says: with as many fields as the row has. */
export function takeShape(open: Level, address: usize): void {
  const shape = changetype<Shape>(address)
  if (open.kind == LevelKind.Map) {
    if (shape.kind != ShapeKind.List) open.shape = address
  } else if (shape.kind == ShapeKind.List) {
    open.shape = address
  } else if (shape.kind == ShapeKind.Row && open.left == shape.count) {
    open.shape = address
    open.kind = LevelKind.Row
  }
}
