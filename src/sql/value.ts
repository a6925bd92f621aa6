import type { QueryType } from '../model/query-type.js'
import { quotedName, textLiteral } from './literal.js'

/**
 * A value for a query: text, number, integer, truth, NULL, an instant, bytes, one of `sql.identifier` and its like, or a list
 * of values for `IN` or `ARRAY`.
 */
export type SqlValue = SqlScalar | readonly SqlScalar[]

/** One value, which is no list. */
export type SqlScalar = string | number | bigint | boolean | null | Date | Uint8Array | SqlPart

/** A part of a query that `sql.identifier`, `sql.timestamp` and their like make: what it becomes depends on the engine. */
export class SqlPart {
  readonly #render: (engine: QueryType) => string

  /** @param render throws a RangeError for what the engine does not know */
  constructor(render: (engine: QueryType) => string) {
    this.#render = render
  }

  /**
   * The SQL of it.
   *
   * @throws RangeError for a value that the engine cannot hold.
   */
  text(engine: QueryType): string {
    return this.#render(engine)
  }
}

/**
 * A value as SQL.
 *
 * @param isListed whether brackets are around it already, where a list needs none of its own
 * @throws RangeError for what no query of this engine can hold exactly.
 */
export function valueText(value: SqlValue, engine: QueryType, isListed: '(' | '[' | undefined): string {
  if (!Array.isArray(value)) return scalarText(value as SqlScalar, engine)
  if (value.length === 0) throw new RangeError('the list is empty: IN () is no SQL')
  if (isListed !== '[' && value.includes(null))
    throw new RangeError('the list holds null: IN never finds it, and NOT IN then finds nothing')
  const items = value.map((item) => scalarText(item, engine)).join(', ')
  return isListed === undefined ? `(${items})` : items
}

function scalarText(value: SqlScalar, engine: QueryType): string {
  switch (typeof value) {
    case 'string':
      return textLiteral(value, engine)
    case 'number':
      return numberText(value)
    case 'bigint':
      return integerText(value)
    case 'boolean':
      return value ? 'TRUE' : 'FALSE'
    case 'object':
      if (value === null) return 'NULL'
      if (value instanceof SqlPart) return value.text(engine)
      if (value instanceof Date) return instantText(value, engine)
      if (value instanceof Uint8Array) return bytesText(value, engine)
  }
  throw new RangeError(`${nameOf(value)} is no value for a query`)
}

function nameOf(value: unknown): string {
  if (value === undefined) return 'undefined'
  if (Array.isArray(value)) return 'a list in a list'
  return typeof value === 'object' ? (value?.constructor?.name ?? 'an object') : `a ${typeof value}`
}

const INT64 = 2n ** 63n

/** Negative numbers stand in parentheses, since `-` and `-1` together begin a comment. */
function integerText(value: bigint): string {
  if (value >= INT64 || value < -INT64)
    throw new RangeError(`${value} is beyond 64 bits; sql.decimal holds up to 38 digits`)
  // Read as the negative of a number that is too large.
  if (value === -INT64) return `CAST('${value}' AS BIGINT)`
  return value < 0n ? `(${value})` : String(value)
}

function numberText(value: number): string {
  if (!Number.isInteger(value) || Object.is(value, -0)) return doubleText(value)
  if (Number.isSafeInteger(value)) return integerText(BigInt(value))
  throw new RangeError(`${value} is beyond 2^53, where numbers have gaps; give a bigint, or sql.double`)
}

/** With an exponent, without which `0.1` would be a decimal. */
export function doubleText(value: number): string {
  if (!Number.isFinite(value)) return `CAST('${value}' AS DOUBLE)`
  const [digits, exponent = '0'] = (Object.is(value, -0) ? '-0' : String(value)).split('e')
  const text = `${digits}E${exponent.replace('+', '')}`
  return text.startsWith('-') ? `(${text})` : text
}

function instantText(value: Date, engine: QueryType): string {
  const ms = value.getTime()
  const year = value.getUTCFullYear()
  if (Number.isNaN(ms) || year < 1 || year > 9999)
    throw new RangeError('the date is invalid, or its year is none from 1 to 9999')
  return timestampLiteral(value.toISOString(), engine)
}

function bytesText(value: Uint8Array, engine: QueryType): string {
  const { buffer, byteOffset, byteLength } = value
  const hex = Buffer.from(buffer, byteOffset, byteLength).toString('hex').toUpperCase()
  return `${engine === 'hive' ? 'unhex' : 'from_hex'}('${hex}')`
}

const TIMESTAMP = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,12}))?)? ?(Z|UTC|[+-]\d\d:?\d\d)?$/i

/**
 * A timestamp from its text. One with a zone is an instant, and written in UTC, which is the zone of Hive's clock.
 *
 * @throws RangeError for an invalid text, or one finer than the engine.
 */
export function timestampLiteral(text: string, engine: QueryType): string {
  const [, date = '', clock = '', second = '00', fraction = '', zone] = TIMESTAMP.exec(text) ?? []
  const local = instantOf(`${date}T${clock}:${second}Z`, date)
  if (local === undefined)
    throw new RangeError(
      `${JSON.stringify(text)} is no timestamp, such as 2026-01-31 06:00:00.123, with a zone such as Z or +09:00 or without`,
    )
  if (engine === 'hive' && fraction.length > 9)
    throw new RangeError('Hive has no digits after the nanosecond')
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone ?? '') ?? []
  const offsetMs =
    sign === undefined ? 0 : Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000
  const utc = new Date(local - offsetMs)
  if (utc.getUTCFullYear() < 1 || utc.getUTCFullYear() > 9999)
    throw new RangeError('the year of a timestamp is one from 1 to 9999')
  const shown = `${utc.toISOString().slice(0, 19).replace('T', ' ')}${fraction && `.${fraction}`}`
  if (engine === 'hive') return `CAST('${shown}' AS TIMESTAMP)`
  return `TIMESTAMP '${shown}${zone === undefined ? '' : ' UTC'}'`
}

/** @throws RangeError for a text that is no date. */
export function dateText(text: string): string {
  if (/^(?!0000)\d{4}-\d\d-\d\d$/.test(text) && instantOf(`${text}T00:00:00Z`, text) !== undefined)
    return `DATE '${text}'`
  throw new RangeError(`${JSON.stringify(text)} is no date, such as 2026-01-31`)
}

/** In milliseconds since 1970; undefined for a date that no calendar has, such as 2026-02-30, which `Date` moves. */
function instantOf(iso: string, date: string): number | undefined {
  const ms = Date.parse(iso)
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== date ? undefined : ms
}

/** The most digits of a decimal. */
const MOST_DIGITS = 38

/** @throws RangeError for a text that is no decimal of at most 38 digits. */
export function decimalText(text: string): string {
  const [, sign = '', whole = '', fraction = ''] = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text) ?? []
  if (whole + fraction === '') throw new RangeError(`${JSON.stringify(text)} is no decimal, such as 12.50`)
  const digits = whole.replace(/^0+/, '')
  const precision = Math.max(digits.length + fraction.length, 1)
  if (precision > MOST_DIGITS)
    throw new RangeError(`the decimal has ${precision} digits; ${MOST_DIGITS} are the most`)
  const exact = `${sign === '-' ? '-' : ''}${digits || '0'}${fraction && `.${fraction}`}`
  return `CAST('${exact}' AS DECIMAL(${precision}, ${fraction.length}))`
}

/** A name, or several with dots between them: those of a database and a table. */
export function identifierText(names: readonly string[], engine: QueryType): string {
  return names.map((name) => quotedName(name, engine)).join('.')
}
