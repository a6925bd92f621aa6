import { Buffer } from 'node:buffer'
import type { SqlType } from '../model/schema.js'
import { fieldNames } from '../model/unique-names.js'
import { SHAPES } from './numbers.js'

/** Where in a type there are rows, and the names of their fields: for rows that are written as objects. */
export interface Shape {
  readonly kind: keyof typeof SHAPES
  /** Of a row its fields; of a list its elements and of a map its values, as one field without a name. */
  readonly fields: readonly ShapeField[]
}

interface ShapeField {
  readonly name: string
  readonly shape: Shape | undefined
}

/** The shape of a type; `undefined` where it has no rows. */
export function shapeOf(type: SqlType): Shape | undefined {
  if (type.kind === 'row') {
    const names = fieldNames(type.fields)
    return {
      kind: 'row',
      fields: type.fields.map((field, i) => ({ name: names[i]!, shape: shapeOf(field.type) })),
    }
  }
  if (type.kind !== 'array' && type.kind !== 'map') return undefined
  const shape = shapeOf(type.kind === 'array' ? type.element : type.value)
  return shape && { kind: type.kind === 'array' ? 'list' : 'map', fields: [{ name: '', shape }] }
}

/** The bytes before a field in an object. */
function keyOf({ name }: ShapeField): Buffer {
  return Buffer.from(`${JSON.stringify(name)}:`)
}

/** Bytes of the longest key. */
export function longestKey(shape: Shape | undefined): number {
  const fields = shape?.fields ?? []
  return fields.reduce((longest, field) => Math.max(longest, keyOf(field).length, longestKey(field.shape)), 0)
}

/**
 * Lays a shape out as `Shape` and `Field` in assembly/shapes.ts: little-endian numbers of 32 bits.
 *
 * @param place puts bytes into the kernel's memory, and returns where
 */
export function placeShape(shape: Shape, place: (bytes: Uint8Array) => number): number {
  const numbers = shape.fields.flatMap((field) => {
    const key = keyOf(field)
    const name = Buffer.from(field.name)
    const inner = field.shape === undefined ? 0 : placeShape(field.shape, place)
    return [inner, place(key), key.length, place(name), name.length]
  })
  const bytes = Buffer.alloc(8 + numbers.length * 4)
  ;[SHAPES[shape.kind], shape.fields.length, ...numbers].forEach((number, i) => {
    bytes.writeUInt32LE(number, i * 4)
  })
  return place(bytes)
}
