import { SluiceError } from '../../errors.js'
import {
  dayText,
  decimalUnits,
  half,
  shortest,
  timestampUnits,
  timeUnits,
  type Units,
  uuidText,
  withPoint,
} from '../parquet-values.js'
import type { FlatTable } from './flat-reader.js'

/** How the values of a field lie in its buffers, beside a bitmap of those that are not NULL. */
export type Layout = 'null' | 'fixed' | 'bits' | 'offsets' | 'views' | 'list' | 'fixed list' | 'struct'

/** A value out of its place in a buffer. */
export type ReadFixed = (view: DataView, at: number) => bigint | number | string | Uint8Array

/** A column of Arrow, or a part of a nested one. */
export interface ArrowField {
  readonly name: string
  /** In the words of SQL. */
  readonly type: string
  readonly layout: Layout
  /** Bytes of a value of fixed width, or of an offset; elements of a list of fixed size. */
  readonly width: number
  /** Of values of fixed width. */
  readonly read: ReadFixed | undefined
  readonly units: Units | undefined
  readonly isText: boolean
  readonly isMap: boolean
  readonly children: readonly ArrowField[]
  /** The number of the dictionary that its values stand in, and the integers that lead there. */
  readonly dictionary: { readonly id: number; readonly read: ReadFixed; readonly width: number } | undefined
}

type Shape = Pick<ArrowField, 'type' | 'layout'> &
  Partial<Pick<ArrowField, 'width' | 'read' | 'units' | 'isText' | 'isMap'>>

/** Deeper ones are refused, as everywhere. */
const MOST_DEPTH = 64

// Numbers of https://github.com/apache/arrow/blob/main/format/Schema.fbs

/** Reads a table `Field`. @throws SluiceError `E_UNSUPPORTED` for a type that is not known here. */
export function arrowField(field: FlatTable, depth = 0): ArrowField {
  if (depth > MOST_DEPTH) throw new SluiceError('E_LIMIT_DEPTH', `a type is nested deeper than ${MOST_DEPTH}`)
  const name = field.text(0)
  const children = field.tables(5).map((child) => arrowField(child, depth + 1))
  const shape = shapeOf(field.int8(2), field.table(3), name, children)
  const encoding = field.table(4)
  const isUuid = field.tables(6).some((pair) => pair.text(1) === 'arrow.uuid')
  return {
    name,
    width: 0,
    read: undefined,
    units: undefined,
    isText: false,
    isMap: false,
    children,
    ...shape,
    ...(isUuid && shape.width === 16 && { type: 'uuid', read: readBytes(16, (bytes) => uuidText(bytes)) }),
    dictionary: encoding && { id: encoding.int64(0), ...indexOf(encoding.table(1)) },
  }
}

function indexOf(type: FlatTable | undefined): { read: ReadFixed; width: number } {
  const bits = type?.int32(0, 0) || 32
  return { read: integer(bits, type === undefined || type.int8(1) === 1), width: bits / 8 }
}

function shapeOf(
  kind: number,
  type: FlatTable | undefined,
  name: string,
  children: readonly ArrowField[],
): Shape {
  switch (kind) {
    case 1:
      return { type: '', layout: 'null' }
    case 2:
      return integerShape(type?.int32(0, 0) ?? 0, type?.int8(1) === 1)
    case 3:
      return floatShape(type?.int16(0) ?? 0)
    case 4:
    case 19:
      return { type: 'varbinary', layout: 'offsets', width: kind === 4 ? 4 : 8 }
    case 5:
    case 20:
      return { type: 'varchar', layout: 'offsets', width: kind === 5 ? 4 : 8, isText: true }
    case 6:
      return { type: 'boolean', layout: 'bits' }
    case 7:
      return decimalShape(type?.int32(0) ?? 0, type?.int32(1) ?? 0, type?.int32(2, 128) ?? 128)
    case 8:
      return type?.int16(0, 1) === 0 ? dateShape(32, 1n) : dateShape(64, 86_400_000n)
    case 9:
      return timed(
        `time(${3 * Math.max(1, type?.int16(0, 1) ?? 1)})`,
        type?.int32(1, 32) ?? 32,
        timeUnits,
        type?.int16(0, 1) ?? 1,
      )
    case 10: {
      const zone = type?.text(1) ?? ''
      const unit = type?.int16(0) ?? 0
      const text = `timestamp(${3 * unit})${zone === '' ? '' : ' with time zone'}`
      return timed(text, 64, (digits) => timestampUnits(digits, zone !== ''), unit)
    }
    case 11:
      return intervalShape(type?.int16(0) ?? 0)
    case 12:
    case 21:
      return { ...listShape(children), layout: 'list', width: kind === 12 ? 4 : 8 }
    case 13:
      return { type: rowType(children), layout: 'struct' }
    case 15: {
      const width = type?.int32(0) ?? 0
      return {
        type: 'varbinary',
        layout: 'fixed',
        width,
        read: readBytes(width, (bytes) => Uint8Array.from(bytes)),
      }
    }
    case 16:
      return { ...listShape(children), layout: 'fixed list', width: type?.int32(0) ?? 0 }
    case 17: {
      const [key, value] = children[0]?.children ?? []
      return { type: `map(${key?.type}, ${value?.type})`, layout: 'list', width: 4, isMap: true }
    }
    case 18:
      return { type: 'interval', layout: 'fixed', width: 8, read: durationText(type?.int16(0, 1) ?? 1) }
    case 23:
      return { type: 'varbinary', layout: 'views' }
    case 24:
      return { type: 'varchar', layout: 'views', isText: true }
    default:
      throw new SluiceError(
        'E_UNSUPPORTED',
        `column ${JSON.stringify(name)} has a type of Arrow that cannot be read here (${kind})`,
      )
  }
}

function listShape(children: readonly ArrowField[]): { type: string } {
  return { type: `array(${children[0]?.type ?? ''})` }
}

function rowType(children: readonly ArrowField[]): string {
  return `row(${children.map(({ name, type }) => `${name} ${type}`).join(', ')})`
}

/** Unsigned ones by the least type that holds them all. */
const SIGNED: Readonly<Record<number, string>> = { 8: 'tinyint', 16: 'smallint', 32: 'integer', 64: 'bigint' }
const UNSIGNED: Readonly<Record<number, string>> = {
  8: 'smallint',
  16: 'integer',
  32: 'bigint',
  64: 'decimal(20,0)',
}

function integerShape(bits: number, isSigned: boolean): Shape {
  const type = (isSigned ? SIGNED : UNSIGNED)[bits]
  if (type === undefined) throw new RangeError(`there are no integers of ${bits} bits`)
  return { type, layout: 'fixed', width: bits / 8, read: integer(bits, isSigned) }
}

function integer(bits: number, isSigned: boolean): ReadFixed {
  switch (bits) {
    case 8:
      return (view, at) => (isSigned ? view.getInt8(at) : view.getUint8(at))
    case 16:
      return (view, at) => (isSigned ? view.getInt16(at, true) : view.getUint16(at, true))
    case 32:
      return (view, at) => (isSigned ? view.getInt32(at, true) : view.getUint32(at, true))
    default:
      return (view, at) => {
        const value = isSigned ? view.getBigInt64(at, true) : view.getBigUint64(at, true)
        const number = Number(value)
        return Number.isSafeInteger(number) ? number : value
      }
  }
}

function floatShape(precision: number): Shape {
  if (precision === 2)
    return { type: 'double', layout: 'fixed', width: 8, read: (view, at) => view.getFloat64(at, true) }
  if (precision === 1)
    return {
      type: 'real',
      layout: 'fixed',
      width: 4,
      read: (view, at) => shortest(view.getFloat32(at, true)),
    }
  return { type: 'real', layout: 'fixed', width: 2, read: readBytes(2, half) }
}

function decimalShape(precision: number, scale: number, bits: number): Shape {
  if (![32, 64, 128, 256].includes(bits) || scale < 0 || scale > 100)
    throw new RangeError(`there are no decimals of ${bits} bits with ${scale} decimals`)
  return {
    type: `decimal(${precision},${scale})`,
    layout: 'fixed',
    width: bits / 8,
    read: bigInteger(bits),
    units: decimalUnits(scale),
  }
}

/** Of a multiple of 32 bits. */
function bigInteger(bits: number): ReadFixed {
  if (bits === 32) return (view, at) => BigInt(view.getInt32(at, true))
  return (view, at) => {
    let value = view.getBigInt64(at + bits / 8 - 8, true)
    for (let word = bits / 8 - 16; word >= 0; word -= 8)
      value = (value << 64n) | view.getBigUint64(at + word, true)
    return value
  }
}

function dateShape(bits: number, perDay: bigint): Shape {
  const units: Units = {
    kind: 'time',
    text: (value) => dayText(value / perDay),
    size: (value) => Number(value / perDay) * 86_400_000,
  }
  return { type: 'date', layout: 'fixed', width: bits / 8, read: bigInteger(bits), units }
}

/** Units of Arrow are seconds and thousandths, millionths and billionths of them; those of the readers have 3 decimals at least. */
function timed(type: string, bits: number, units: (digits: 3 | 6 | 9) => Units, unit: number): Shape {
  if (unit < 0 || unit > 3) throw new RangeError('there is no such unit of time')
  const read = bigInteger(bits)
  const digits = (3 * Math.max(1, unit)) as 3 | 6 | 9
  return {
    type,
    layout: 'fixed',
    width: bits / 8,
    read: unit === 0 ? (view, at) => (read(view, at) as bigint) * 1000n : read,
    units: units(digits),
  }
}

function intervalShape(unit: number): Shape {
  const type = 'interval'
  if (unit === 0)
    return { type, layout: 'fixed', width: 4, read: (view, at) => `P${view.getInt32(at, true)}M` }
  if (unit === 1)
    return {
      type,
      layout: 'fixed',
      width: 8,
      read: (view, at) =>
        `P${view.getInt32(at, true)}DT${withPoint(BigInt(view.getInt32(at + 4, true)), 3)}S`,
    }
  return {
    type,
    layout: 'fixed',
    width: 16,
    read: (view, at) =>
      `P${view.getInt32(at, true)}M${view.getInt32(at + 4, true)}DT${withPoint(view.getBigInt64(at + 8, true), 9)}S`,
  }
}

function durationText(unit: number): ReadFixed {
  return (view, at) => `PT${withPoint(view.getBigInt64(at, true), 3 * unit)}S`
}

function readBytes(width: number, make: (bytes: Uint8Array) => string | number | Uint8Array): ReadFixed {
  return (view, at) => {
    if (at + width > view.byteLength) throw new RangeError('a value lies outside of its buffer')
    return make(new Uint8Array(view.buffer, view.byteOffset + at, width))
  }
}
