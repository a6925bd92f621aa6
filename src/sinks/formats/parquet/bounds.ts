import { Buffer } from 'node:buffer'
import type { LeafKind, LeafNode } from '../../../kernel/columns/tree.js'
import type { ValueRange } from '../../../kernel/columns/vectors.js'

/** Longer bounds are cut: a filter seldom needs more, and every reader loads them all. */
const MAX_BYTES = 64

/** Statistics of a column chunk's values. */
export interface Bounds {
  readonly minimum: Bound
  /** `undefined` when nothing short is at least as great. */
  readonly maximum: Bound | undefined
}

export interface Bound {
  readonly value: Uint8Array
  /** Whether it is a value of the column, and not just beyond them. */
  readonly isExact: boolean
}

/** Compares two bounds of a column as they are stored, in the order of its type. */
export function boundOrder({ kind }: LeafNode): (a: Uint8Array, b: Uint8Array) => number {
  const read = READ[kind]
  if (read === undefined) return (a, b) => Buffer.compare(a, b)
  return (a, b) => {
    const [x, y] = [read(viewOf(a), a.length), read(viewOf(b), b.length)]
    return x < y ? -1 : Number(x > y)
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

type Read = (view: DataView, length: number) => number | bigint
const int32: Read = (view) => view.getInt32(0, true)
const int64: Read = (view) => view.getBigInt64(0, true)

/** Numbers, which bytes do not order. Decimals in a fixed length are big-endian: their highest byte has the sign. */
const READ: Readonly<Partial<Record<LeafKind, Read>>> = {
  tinyint: int32,
  smallint: int32,
  integer: int32,
  bigint: int64,
  real: (view) => view.getFloat32(0, true),
  double: (view) => view.getFloat64(0, true),
  date: int32,
  time: int64,
  timestamp: int64,
  timestampWithZone: int64,
  decimal32: int32,
  decimal64: int64,
  decimal128: (view, length) => {
    let value = BigInt(view.getInt8(0))
    for (let i = 1; i < length; i++) value = (value << 8n) | BigInt(view.getUint8(i))
    return value
  },
}

/** Which values need more than to be copied: floats because of -0, long texts and binary because they are cut. */
const CARE: Readonly<Record<LeafKind, 'none' | 'float' | 'text' | 'binary'>> = {
  boolean: 'none',
  tinyint: 'none',
  smallint: 'none',
  integer: 'none',
  bigint: 'none',
  real: 'float',
  double: 'float',
  text: 'text',
  json: 'text',
  binary: 'binary',
  uuid: 'none',
  date: 'none',
  time: 'none',
  timestamp: 'none',
  timestampWithZone: 'none',
  decimal32: 'none',
  decimal64: 'none',
  decimal128: 'none',
}

/**
 * Bounds as the struct `Statistics` wants them, from the least and the greatest value:
 * https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
export function boundsOf({ kind }: LeafNode, { minimum, maximum }: ValueRange): Bounds {
  const care = CARE[kind]
  if (care === 'float') return { minimum: zero(minimum, true), maximum: zero(maximum, false) }
  if (care === 'none') return { minimum: exact(minimum), maximum: exact(maximum) }
  const isBinary = care === 'binary'
  return {
    minimum:
      minimum.length <= MAX_BYTES ? exact(minimum) : { value: prefix(minimum, isBinary), isExact: false },
    maximum: maximum.length <= MAX_BYTES ? exact(maximum) : beyond(prefix(maximum, isBinary), isBinary),
  }
}

function exact(value: Uint8Array): Bound {
  return { value, isExact: true }
}

/** The order of -0 and 0 is not defined, so that a bound of zero has to include both. */
function zero(value: Buffer, isMinimum: boolean): Bound {
  const number = value.length === 4 ? value.readFloatLE() : value.readDoubleLE()
  if (number !== 0) return exact(value)
  const bound = Buffer.alloc(value.length)
  if (isMinimum) bound[value.length - 1] = 0x80
  return { value: bound, isExact: value.equals(bound) }
}

/** The first bytes; of a text whole characters. */
function prefix(value: Buffer, isBinary: boolean): Buffer {
  let end = MAX_BYTES
  if (!isBinary) while ((value[end]! & 0xc0) === 0x80) end--
  return value.subarray(0, end)
}

/** The least that is greater than everything with this prefix: its last byte or character one higher. */
function beyond(start: Buffer, isBinary: boolean): Bound | undefined {
  if (isBinary) {
    let end = start.length
    while (end > 0 && start[end - 1] === 0xff) end--
    if (end === 0) return undefined
    const value = Buffer.from(start.subarray(0, end))
    value[end - 1]!++
    return { value, isExact: false }
  }
  const characters = [...start.toString()]
  while (characters.length > 0) {
    const next = characters.pop()!.codePointAt(0)! + 1
    if (next > 0x10ffff) continue
    // The surrogates are no characters.
    characters.push(String.fromCodePoint(next === 0xd800 ? 0xe000 : next))
    return { value: Buffer.from(characters.join('')), isExact: false }
  }
  return undefined
}
