import type { SchemaElement, SchemaTree } from 'hyparquet'
import type { Value } from '../rows/reader.js'
import { isList, isMap, listItem } from './parquet-types.js'

/**
 * Values that a JavaScript number or `Date` cannot hold exactly, counted in units: those of a decimal by its scale, those of
 * a time by its precision. Units are in the order of the values.
 */
export interface Units {
  /** As which kind of value they count. */
  readonly kind: 'number' | 'time'
  /** The value, with all its digits. */
  readonly text: (units: bigint) => string
  /** About how much it is, for a histogram: a number, or milliseconds. */
  readonly size: (units: bigint) => number
}

/** How the cells of a column are made of what is stored. */
export interface CellReader {
  /** Of a column whose cells `read` returns as units. */
  readonly units?: Units
  readonly read: (stored: unknown) => Value
}

type Read = (stored: unknown) => Value

/** The reader of a column, which is given what hyparquet returns for {@link storedElement}. */
export function cellReader(tree: SchemaTree): CellReader {
  const units = tree.children.length === 0 && !isRepeated(tree) ? unitsOf(tree.element) : undefined
  if (units !== undefined) return { units, read: orNull(unitsReader(tree.element)) }
  return { read: orNull(treeReader(tree)) }
}

/**
 * The element of a leaf without what would have hyparquet make a number or a `Date` of its values, which loses digits:
 * it returns them as they are stored. Texts stay texts.
 */
export function storedElement(element: SchemaElement): SchemaElement {
  const { converted_type: converted, logical_type: logical, ...stored } = element
  if (element.type === undefined) {
    // Not the logical type of a group, such as VARIANT; lists and maps have both.
    const ofGroup = isList(element) ? 'LIST' : isMap(element) ? 'MAP' : undefined
    return ofGroup === undefined ? stored : { ...stored, converted_type: ofGroup }
  }
  const isText =
    converted === 'UTF8' || converted === 'ENUM' || converted === 'JSON' || logical?.type === 'STRING'
  return isText ? { ...stored, converted_type: 'UTF8' } : stored
}

function orNull(read: Read): Read {
  return (stored) => (stored === undefined || stored === null ? null : read(stored))
}

function isRepeated({ element }: SchemaTree): boolean {
  return element.repetition_type === 'REPEATED'
}

function treeReader(tree: SchemaTree): Read {
  const { element, children } = tree
  if (children.length === 0) {
    const read = orNull(leafReader(element))
    return (stored) => (Array.isArray(stored) ? stored.map(read) : read(stored))
  }
  if (isList(element) && children[0] !== undefined) {
    const item = orNull(treeReader(listItem(children[0])))
    return (stored) => (Array.isArray(stored) ? stored.map(item) : null)
  }
  const [key, value] = children[0]?.children ?? []
  if (isMap(element) && key !== undefined) {
    const [readKey, readValue] = [keyReader(key), orNull(value ? treeReader(value) : () => null)]
    return fieldsReader((name, item) => [readKey(name), readValue(item)])
  }
  const fields = new Map(children.map((child) => [child.element.name, orNull(treeReader(child))]))
  const struct = fieldsReader((name, item) => [name, fields.get(name)?.(item) ?? null])
  return (stored) => (Array.isArray(stored) ? stored.map(orNull(struct)) : struct(stored))
}

function fieldsReader(field: (name: string, item: unknown) => [string, Value]): Read {
  return (stored) => {
    if (typeof stored !== 'object' || stored === null) return null
    return Object.fromEntries(Object.entries(stored).map(([name, item]) => field(name, item)))
  }
}

/** hyparquet returns maps as objects, so their keys have become texts. */
function keyReader({ element }: SchemaTree): (name: string) => string {
  const read = leafReader(element)
  const isWhole = element.type === 'INT32' || element.type === 'INT64' || element.type === 'INT96'
  if (!isWhole) return (name) => name
  return (name) => (/^-?\d+$/.test(name) ? String(read(BigInt(name))) : name)
}

function leafReader(element: SchemaElement): Read {
  const units = unitsOf(element)
  if (units !== undefined) {
    const read = unitsReader(element)
    return (stored) => units.text(read(stored))
  }
  const { type, converted_type: converted, logical_type: logical } = element
  if (converted === 'INTERVAL') return (stored) => intervalText(stored as Uint8Array)
  if (logical?.type === 'UUID') return (stored) => uuidText(stored as Uint8Array)
  if (logical?.type === 'FLOAT16') return (stored) => half(stored as Uint8Array)
  if (type === 'FLOAT') return (stored) => shortest(stored as number)
  if (type === 'INT32' || type === 'INT64') {
    const bits = unsignedBits(element)
    return (stored) => {
      const value = stored as number | bigint
      return whole(bits === undefined ? value : BigInt.asUintN(bits, BigInt(value)))
    }
  }
  return (stored) => stored as Value
}

function unsignedBits({
  converted_type: converted,
  logical_type: logical,
}: SchemaElement): number | undefined {
  if (logical?.type === 'INTEGER') return logical.isSigned ? undefined : logical.bitWidth
  return converted?.startsWith('UINT_') ? Number(converted.slice('UINT_'.length)) : undefined
}

/** An exact number is as good as a bigint, and quicker. */
function whole(value: number | bigint): number | bigint {
  if (typeof value === 'number') return value
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value
}

/** Text of a `real` value: the shortest decimal number that is stored as it, not its value as a double. */
export function shortest(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return Number.isFinite(value) ? Number(value.toPrecision(9)) : value
}

/** Binary16 of IEEE 754, little-endian. */
export function half(bytes: Uint8Array): number {
  const bits = bytes[0]! | (bytes[1]! << 8)
  const sign = bits >> 15 === 0 ? 1 : -1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  const value = exponent === 0 ? 2 ** -14 * (fraction / 1024) : 2 ** (exponent - 15) * (1 + fraction / 1024)
  return shortest(sign * value)
}

export function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** Months, days and milliseconds, each of four bytes: https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#interval */
function intervalText(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [months, days, ms] = [view.getUint32(0, true), view.getUint32(4, true), view.getUint32(8, true)]
  const date = `${months === 0 ? '' : `${months}M`}${days === 0 ? '' : `${days}D`}`
  const time = ms === 0 ? '' : `T${ms / 1000}S`
  return date + time === '' ? 'PT0S' : `P${date}${time}`
}

/** The integer that is stored: of four, eight or twelve bytes, or of any number of them in big-endian order. */
function unitsReader({
  type,
  logical_type: logical,
  converted_type: converted,
}: SchemaElement): (stored: unknown) => bigint {
  const isDecimal = converted === 'DECIMAL' || logical?.type === 'DECIMAL'
  if (isDecimal && (type === 'BYTE_ARRAY' || type === 'FIXED_LEN_BYTE_ARRAY'))
    return (stored) => {
      const bytes = stored as Uint8Array
      if (bytes.length === 0) return 0n
      const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
      return BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`))
    }
  return (stored) => BigInt(stored as number | bigint)
}

/** Undefined also for an annotation that the stored type cannot have. */
function unitsOf({
  type,
  converted_type: converted,
  logical_type: logical,
  scale = 0,
}: SchemaElement): Units | undefined {
  const isInteger = type === 'INT32' || type === 'INT64'
  const isBytes = type === 'BYTE_ARRAY' || type === 'FIXED_LEN_BYTE_ARRAY'
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL')
    return (isInteger || isBytes) && scale >= 0 && scale <= MOST_SCALE ? decimalUnits(scale) : undefined
  if (type === 'INT96') return timestampUnits(9, false)
  if (!isInteger) return undefined
  if (converted === 'DATE' || logical?.type === 'DATE') {
    return { kind: 'time', text: (days) => dayText(days), size: (days) => Number(days) * DAY_MS }
  }
  if (logical?.type === 'TIMESTAMP') return timestampUnits(FRACTION[logical.unit], logical.isAdjustedToUTC)
  if (logical?.type === 'TIME') return timeUnits(FRACTION[logical.unit])
  if (converted === 'TIMESTAMP_MILLIS' || converted === 'TIMESTAMP_MICROS')
    return timestampUnits(converted === 'TIMESTAMP_MILLIS' ? 3 : 6, true)
  if (converted === 'TIME_MILLIS' || converted === 'TIME_MICROS')
    return timeUnits(converted === 'TIME_MILLIS' ? 3 : 6)
  return undefined
}

const FRACTION = { MILLIS: 3, MICROS: 6, NANOS: 9 } as const
const DAY_MS = 86_400_000
/** Beyond what writers have, 76; a damaged one would fill the memory with zeros. */
const MOST_SCALE = 100
/** The most milliseconds of a `Date`, on both sides of 1970: https://tc39.es/ecma262/#sec-time-values-and-time-range */
const MOST_MS = 8_640_000_000_000_000n

export function decimalUnits(scale: number): Units {
  return {
    kind: 'number',
    text: (units) => withPoint(units, scale),
    size: (units) => Number(withPoint(units, scale)),
  }
}

/** An integer with the decimal point moved: 123 and 2 give 1.23. */
export function withPoint(units: bigint, scale: number): string {
  if (scale === 0) return units.toString()
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0')
  return `${units < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** The opposite of {@link withPoint}; `undefined` for what is no such number. */
export function withoutPoint(text: string, scale: number): bigint | undefined {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text) ?? []
  if (whole === undefined || fraction.length > scale) return undefined
  const units = BigInt(whole + fraction.padEnd(scale, '0'))
  return sign === '' ? units : -units
}

export function timestampUnits(digits: number, isUtc: boolean): Units {
  const perMs = 10n ** BigInt(digits - 3)
  return {
    kind: 'time',
    text: (units) => {
      const ms = floorDiv(units, perMs)
      // Nothing that a calendar has a name for.
      if (ms > MOST_MS || ms < -MOST_MS) return `${withPoint(units, digits)} s`
      const text = new Date(Number(ms)).toISOString().slice(0, -1)
      return `${text}${rest(units - ms * perMs, digits)}${isUtc ? 'Z' : ''}`
    },
    size: (units) => Number(units) / Number(perMs),
  }
}

export function timeUnits(digits: number): Units {
  const perMs = 10n ** BigInt(digits - 3)
  return {
    kind: 'time',
    text: (units) => {
      const ms = floorDiv(units, perMs)
      if (ms < 0n || ms >= BigInt(DAY_MS)) return `${withPoint(units, digits)} s`
      return `${new Date(Number(ms)).toISOString().slice(11, -1)}${rest(units - ms * perMs, digits)}`
    },
    size: (units) => Number(units) / Number(perMs),
  }
}

/** The digits after those of milliseconds. */
function rest(units: bigint, digits: number): string {
  return digits === 3 ? '' : units.toString().padStart(digits - 3, '0')
}

export function dayText(days: bigint): string {
  const ms = days * BigInt(DAY_MS)
  if (ms > MOST_MS || ms < -MOST_MS) return `${days} days`
  return new Date(Number(ms)).toISOString().slice(0, -'T00:00:00.000Z'.length)
}

function floorDiv(value: bigint, by: bigint): bigint {
  const quotient = value / by
  return value % by < 0n ? quotient - 1n : quotient
}
