import { SluiceError } from '../errors.js'
import type { RowField, SqlKind, SqlType } from '../model/schema.js'
import { isExtension } from './extension.js'
import { parseJson } from './json.js'
import { parseInstant } from './time.js'
import { timestampText } from './timestamp.js'
import { type Int64, toObjectOf, type Value } from './values.js'

/** JavaScript types of SQL values. */
export interface ValueOptions {
  /**
   * `bigint` columns. `number` is exact or fails: a value beyond 2^53 ends with `E_TYPE`. `bigint` and `string` apply to
   * every value of such a column, and in columns of other or unknown types to integers beyond 2^53.
   *
   * @default 'number'
   */
  int64?: Int64
  /**
   * `timestamp` and `date` columns: the API's text, a `Date`, or `epoch`, the seconds since 1970 with their fraction, as
   * in TD's `time` columns. A text without a time zone is UTC. A `Date` keeps milliseconds, `epoch` microseconds. An
   * invalid timestamp ends with `E_TYPE`, and so does one whose digits beyond the microsecond are not zeros.
   *
   * @default 'string'
   */
  timestamps?: 'string' | 'date' | 'epoch'
  /**
   * `decimal` columns: their exact text, or the nearest number.
   *
   * @default 'string'
   */
  decimals?: 'string' | 'number'
  /**
   * Read NaN and the infinities as NULL.
   *
   * @default false
   */
  nullifySpecial?: boolean
  /**
   * The prototype of rows and of objects within them: null, so that a column may have any name, or `Object.prototype`, as
   * objects that a program writes do. Comparisons that are strict about classes, such as `toStrictEqual`, want the latter. In
   * either, each column is a property of the row itself, `__proto__` too.
   *
   * @default 'null'
   */
  prototype?: 'null' | 'object'
}

/** Converts a value as read, never `null`, to what the options ask for. */
export type Convert = (value: Value) => Value

/**
 * How values of a type are converted, `undefined` for types whose values need no conversion. A value that does not have
 * the type of its column passes unchanged.
 */
export function converterOf(type: SqlType, options: ValueOptions): Convert | undefined {
  switch (type.kind) {
    case 'bigint':
      return INT64[options.int64 ?? 'number']
    case 'real':
    case 'double':
      return options.nullifySpecial ? finite : undefined
    case 'decimal':
      return options.decimals === 'number' ? decimalNumber : (value) => decimalText(value, type.scale)
    case 'date':
    case 'timestamp':
      return TIMESTAMPS[options.timestamps ?? 'string']
    case 'array':
      return arrayOf(type.element, options)
    case 'map':
      return mapOf(type.key, type.value, options)
    case 'row':
      return rowOf(type.fields, options)
    case 'unknown':
      return options.nullifySpecial ? finiteDeep : undefined
    case 'boolean':
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'varchar':
    case 'char':
    case 'varbinary':
    case 'json':
    case 'uuid':
    case 'ipaddress':
    case 'time':
    case 'interval':
    case 'null':
      return undefined
    default:
      return type satisfies never
  }
}

const INT64: Readonly<Record<Int64, Convert | undefined>> = {
  number: undefined,
  bigint: (value) => (Number.isSafeInteger(value) ? BigInt(value as number) : value),
  string: (value) => (Number.isSafeInteger(value) ? String(value) : value),
}

const finite: Convert = (value) => (typeof value === 'number' && !Number.isFinite(value) ? null : value)

const finiteDeep: Convert = (value) => (Array.isArray(value) ? value.map(finiteDeep) : finite(value))

/** Decimals are read with integers as `bigint`, see {@link readsBigint}. */
function decimalText(value: Value, scale: number): Value {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'number') return value
  const text = String(value)
  return text.includes('e') ? value.toFixed(scale) : text
}

function decimalNumber(value: Value): Value {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'string') return value
  const number = value.trim() === '' ? Number.NaN : Number(value)
  if (!Number.isNaN(number)) return number
  throw new SluiceError('E_TYPE', `${JSON.stringify(value.slice(0, 40))} is no decimal number`)
}

/** Whether integers beyond 2^53 in columns of that type never fail, whatever the option says. */
export function readsBigint(type: SqlType): boolean {
  return type.kind === 'decimal'
}

const TIMESTAMPS: Readonly<Record<'string' | 'date' | 'epoch', Convert>> = {
  string: (value) => {
    if (value instanceof Date) return value.toISOString()
    return isExtension(value) ? (timestampText(value) ?? value) : value
  },
  date: (value) => {
    if (value instanceof Date) return value
    const { seconds, fraction } = parseInstant(textOf(value))
    return new Date(seconds * 1000 + Math.floor(fraction * 1000 + 1e-9))
  },
  epoch: (value) => {
    if (value instanceof Date) return value.getTime() / 1000
    const { seconds, fraction } = parseInstant(textOf(value))
    return seconds + fraction
  },
}

function textOf(value: Value): string {
  if (typeof value === 'string') return value
  const timestamp = isExtension(value) ? timestampText(value) : undefined
  if (timestamp !== undefined) return timestamp
  throw new SluiceError('E_TYPE', `a value of type ${typeof value} is no date or timestamp`, {
    hint: "set the option timestamps to 'string' to take it as it is",
  })
}

/** A cell of an array, map or row; one whose column was retyped in the console comes as JSON text. */
function nested(options: ValueOptions, convert: Convert): Convert {
  const int64 = options.int64 ?? 'number'
  const toObject = toObjectOf(options.prototype)
  return (value) => {
    const parsed = typeof value === 'string' ? (parseJson(value, int64, toObject) ?? value) : value
    return typeof parsed === 'object' && parsed !== null ? convert(parsed) : value
  }
}

function orNull(convert: Convert | undefined): Convert {
  return (value) => (value === null || convert === undefined ? value : convert(value))
}

function arrayOf(element: SqlType, options: ValueOptions): Convert {
  const convert = orNull(converterOf(element, options))
  return nested(options, (value) => (Array.isArray(value) ? value.map(convert) : value))
}

/**
 * JavaScript form of a map, by the type of its keys. `name`: texts, and the map an object; any other map is a `Map`. In JSON every key is a
 * text: `number` and `boolean` ones are read from it where possible, `text` ones stay.
 */
const KEYS: Readonly<Record<SqlKind, 'name' | 'text' | 'number' | 'boolean'>> = {
  boolean: 'boolean',
  tinyint: 'number',
  smallint: 'number',
  integer: 'number',
  bigint: 'number',
  real: 'number',
  double: 'number',
  decimal: 'text',
  varchar: 'name',
  char: 'name',
  json: 'name',
  uuid: 'name',
  ipaddress: 'name',
  varbinary: 'number',
  date: 'text',
  time: 'number',
  timestamp: 'text',
  interval: 'number',
  array: 'number',
  map: 'number',
  row: 'number',
  null: 'name',
  unknown: 'name',
}

function mapOf(key: SqlType, item: SqlType, options: ValueOptions): Convert {
  const convertItem = orNull(converterOf(item, options))
  const convertKey = orNull(converterOf(key, options))
  const keys = KEYS[key.kind]
  const isTextual = keys === 'name'
  const toObject = toObjectOf(options.prototype)
  return nested(options, (value) => {
    const entries = entriesOf(value)
    if (entries === undefined) return value
    const converted = entries.map(([name, member]): [Value, Value] => [
      isTextual ? name : convertKey(keyOf(name, keys)),
      convertItem(member),
    ])
    const isObject = isTextual && converted.every(([name]) => typeof name === 'string')
    return isObject ? toObject(converted as [string, Value][]) : new Map(converted)
  })
}

function entriesOf(value: Value): [Value, Value][] | undefined {
  if (value instanceof Map) return [...value]
  return isPlain(value) ? Object.entries(value) : undefined
}

function isPlain(value: Value): value is { [key: string]: Value } {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

function keyOf(key: Value, keys: (typeof KEYS)[SqlKind]): Value {
  if (typeof key !== 'string' || keys === 'text') return key
  if (keys === 'boolean') return key === 'true' ? true : key === 'false' ? false : key
  return key.trim() !== '' && String(Number(key)) === key ? Number(key) : key
}

/** Rows come as arrays or maps. With a name for each field they become objects, else arrays. */
function rowOf(fields: readonly RowField[], options: ValueOptions): Convert {
  const converters = fields.map(({ type }) => orNull(converterOf(type, options)))
  const byName = new Map(fields.map(({ name }, i) => [name, converters[i]!]))
  const toObject = toObjectOf(options.prototype)
  const hasNames = byName.size === fields.length && !byName.has(null)
  return nested(options, (value) => {
    if (Array.isArray(value)) {
      const items = value.map((item, i) => converters[i]?.(item) ?? item)
      if (!hasNames || items.length !== fields.length) return items
      return toObject(items.map((item, i) => [fields[i]!.name!, item]))
    }
    if (!isPlain(value)) return value
    return toObject(
      Object.entries(value).map(([name, item]) => [name, byName.get(name)?.(item) ?? item] as const),
    )
  })
}
