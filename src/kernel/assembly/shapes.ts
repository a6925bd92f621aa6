// The names of fields, for rows (SQL's ROW) that are written as objects. The loader lays a shape out for each column
// that holds rows (src/kernel/shapes.ts); every other column, and everything without rows inside, has none.

import { equalBytes } from './memory'
import { isPresent } from './text-body'
import { Token, big16, isFixStr } from './tokens'

/** The loader has the same numbers (src/kernel/numbers.ts), which a test compares. */
export const enum ShapeKind {
  List = 1,
  Map = 2,
  Row = 3,
}

@unmanaged
export class Shape {
  kind: ShapeKind
  /** Fields of a row; 1 for a list and for a map. */
  count: u32
}

/** A field of a row, the elements of a list, or the values of a map. They stand behind their shape. */
@unmanaged
export class Field {
  /** The address of a {@link Shape}, or 0. */
  shape: usize
  /** The bytes before its value in an object, `"name":`; of rows only, as is the name. */
  keyAt: usize
  keyLength: usize
  nameAt: usize
  nameLength: usize
}

// @ts-ignore: decorator
@inline
export function fieldOf(shape: Shape, index: u32): Field {
  return changetype<Field>(changetype<usize>(shape) + offsetof<Shape>() + index * offsetof<Field>())
}

/** The shape of the value behind the key at `at`: of a map, or of a row that came as a map by the names of its fields. */
export function shapeOfMember(shape: Shape, at: usize): usize {
  if (shape.kind == ShapeKind.Map) return fieldOf(shape, 0).shape
  const t: i32 = load<u8>(at)
  let bytes: usize
  let name: usize
  if (isFixStr(t)) {
    bytes = t & 0x1f
    name = at + 1
  } else if (t == Token.Str8) {
    bytes = load<u8>(at, 1)
    name = at + 2
  } else if (t == Token.Str16) {
    bytes = big16(at + 1)
    name = at + 3
  } else {
    return 0
  }
  if (!isPresent(name, bytes)) return 0
  for (let i: u32 = 0; i < shape.count; ++i) {
    const field = fieldOf(shape, i)
    if (field.nameLength == bytes && equalBytes(field.nameAt, name, bytes)) return field.shape
  }
  return 0
}
