import { SqlError } from '../sql/sql-error.js'
import type { Expression } from '../sql/syntax.js'
import { cast } from './cast.js'
import {
  BIGINT,
  BOOLEAN,
  charOf,
  DOUBLE,
  decimal,
  duck,
  FINEST,
  INTEGER,
  type Type,
  time,
  timestamp,
  typeOf,
  UNKNOWN,
  zoned,
} from './type.js'
import { sqlText, type Typed } from './typed.js'
import { atZone } from './zone.js'

type Literal = Expression & { kind: 'literal' }

export function textLiteral(text: string, at: number): Typed {
  return {
    sql: sqlText(text),
    type: { kind: 'varchar', length: [...text].length, literal: true },
    literal: text,
    at,
  }
}

/** https://trino.io/docs/current/language/types.html: 1 is an integer, 1.5 a decimal, 1.5E0 a double. */
export function literal({ type, text, at }: Literal, isHive: boolean): Typed {
  switch (type) {
    case 'null':
      return { sql: 'NULL', type: UNKNOWN, literal: null, at }
    case 'boolean':
      return { sql: text.toUpperCase(), type: BOOLEAN, literal: text === 'true', at }
    case 'text':
      return textLiteral(text, at)
    case 'bytes':
      return { sql: `from_hex(${sqlText(text)})`, type: { kind: 'varbinary' }, at }
    case 'integer':
      return integer(BigInt(text), at)
    case 'double':
      return { sql: `CAST(${sqlText(text)} AS DOUBLE)`, type: DOUBLE, literal: Number(text), at }
    case 'decimal':
      return isHive
        ? { sql: `CAST(${sqlText(text)} AS DOUBLE)`, type: DOUBLE, literal: Number(text), at }
        : decimalLiteral(text, at)
    default:
      return type satisfies never
  }
}

function integer(value: bigint, at: number): Typed {
  const fits = (bits: number) => BigInt.asIntN(bits, value) === value
  if (!fits(64)) throw new SqlError(`Invalid numeric literal: ${value}`, at)
  const type = fits(32) ? INTEGER : BIGINT
  const isPlain = fits(32) && value >= 0n
  return { sql: isPlain ? String(value) : `CAST(${value} AS ${duck(type)})`, type, literal: value, at }
}

/** The sign is a part of the literal: -2147483648 is an integer, although 2147483648 is none. */
export function negativeLiteral({ op, of, at }: Expression & { kind: 'unary' }): Typed | undefined {
  return op === '-' && of.kind === 'literal' && of.type === 'integer'
    ? integer(-BigInt(of.text), at)
    : undefined
}

function decimalLiteral(text: string, at: number): Typed {
  const [whole = '', part = ''] = text.split('.')
  const digits = whole.replace(/^0+/, '')
  const precision = Math.max(1, digits.length + part.length)
  if (precision > 38) throw new SqlError(`Invalid numeric literal: ${text}: more than 38 digits`, at)
  const type = decimal(precision, part.length)
  return {
    sql: `CAST(${sqlText(text)} AS DECIMAL(${precision}, ${part.length}))`,
    type,
    literal: Number(text),
    at,
  }
}

const TIME_TEXT = /^\s*[+-]?\d{4,6}-\d{1,2}-\d{1,2}(?: \d{1,2}:\d{1,2}(?::\d{1,2}(?:\.(\d+))?)?)?\s*(.*)$/

/** `DATE '2014-10-01'`, `TIMESTAMP '2014-10-01 00:00:00.000 UTC'`. */
export function typedLiteral(
  { type, text, at }: Expression & { kind: 'typed literal' },
  isHive: boolean,
): Typed {
  const value = textLiteral(text, at)
  if (type.name === 'json') return { sql: `_json_parse(${value.sql})`, type: { kind: 'json' }, at }
  if (type.name === 'char') return cast(value, charOf([...text].length, at), at)
  if (type.name === 'time') return timeLiteral(value, text)
  if (type.name !== 'timestamp') {
    const target =
      type.name === 'decimal' ? decimalLiteral(text.replace(/^[+-]/, ''), at).type : typeOf(type, isHive)
    return cast(value, target, at)
  }
  const match = TIME_TEXT.exec(text)
  if (match === null) throw new SqlError(`'${text}' is not a valid TIMESTAMP literal`, at)
  const [, fraction = '', zone] = match
  const precision = isHive ? 3 : Math.min(fraction.length, FINEST)
  if (fraction.length > FINEST)
    throw new SqlError('timestamps finer than a microsecond are not supported by the sandbox', at)
  const target: Type = zone ? zoned(atZone(zone, at), precision) : timestamp(precision)
  return cast(value, target, at)
}

/** Its digits behind the point are its precision. */
function timeLiteral(value: Typed, text: string): Typed {
  const [, fraction = '', zone] = /^\s*\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.(\d+))?)?\s*([+-].*)?$/.exec(text) ?? []
  if (zone) throw new SqlError('the type time with time zone is not supported by the sandbox', value.at)
  if (fraction.length > FINEST)
    throw new SqlError('times finer than a microsecond are not supported by the sandbox', value.at)
  return cast(value, time(fraction.length), value.at)
}

const DAY_UNITS: Readonly<Record<string, number>> = {
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  week: 604_800_000,
}

/** `INTERVAL '2' DAY`, `INTERVAL '1-2' YEAR TO MONTH`, `INTERVAL '1 02:03:04.5' DAY TO SECOND`. */
export function interval({ text, unit, to, at }: Expression & { kind: 'interval' }): Typed {
  const match = /^\s*([+-]?)(.+?)\s*$/.exec(text)
  const sign = match?.[1] === '-' ? -1 : 1
  const body = match?.[2] ?? ''
  const invalid = () => new SqlError(`Invalid INTERVAL ${unit.toUpperCase()} value: ${text}`, at)
  if (unit === 'year' || unit === 'month') {
    const parts = to ? /^(\d+)-(\d+)$/.exec(body) : /^(\d+)$/.exec(body)
    if (parts === null) throw invalid()
    const months = unit === 'year' ? Number(parts[1]) * 12 + Number(parts[2] ?? 0) : Number(parts[1])
    return { sql: `to_months(${sign * months})`, type: { kind: 'interval year to month' }, at }
  }
  const milliseconds = to
    ? mixed(body, unit)
    : /^\d+(?:\.\d+)?$/.test(body)
      ? Number(body) * DAY_UNITS[unit]!
      : undefined
  if (milliseconds === undefined || (!to && unit !== 'second' && body.includes('.'))) throw invalid()
  const value = Math.round(sign * milliseconds)
  return {
    sql: `to_milliseconds(${value})`,
    type: { kind: 'interval day to second' },
    literal: BigInt(value),
    at,
  }
}

function mixed(body: string, unit: string): number | undefined {
  const parts = body.split(/[ :]/)
  const units = ['day', 'hour', 'minute', 'second']
  const from = units.indexOf(unit)
  if (
    parts.length < 2 ||
    from + parts.length > units.length ||
    !parts.every((part) => /^\d+(?:\.\d+)?$/.test(part))
  )
    return undefined
  return parts.reduce((sum, part, i) => sum + Number(part) * DAY_UNITS[units[from + i]!]!, 0)
}
