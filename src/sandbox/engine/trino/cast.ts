import { SqlError } from '../sql/sql-error.js'
import { isFloating, isInteger, isNumeric, isSame } from './coercion.js'
import { castShape, jsonReady, jsonShape } from './json-shapes.js'
import { depthOf, display, duck, rowKeys, type Type, UNKNOWN } from './type.js'
import { bind, sqlText, type Typed } from './typed.js'
import { atZone, instantOf, localOf, zoneText } from './zone.js'

/**
 * Casts of Trino, https://trino.io/docs/current/functions/conversion.html and the pages of the types. `undefined` for
 * what Trino does not cast.
 */
function castSql(sql: string, from: Type, to: Type): string | undefined {
  if (from.kind === 'unknown') return `CAST(${sql} AS ${duck(to)})`
  if (to.kind === 'json') return toJson(sql, from)
  if (from.kind === 'json') return fromJson(sql, to)
  switch (to.kind) {
    case 'varchar':
      return toVarchar(sql, from, to)
    case 'char':
      return from.kind === 'varchar' || from.kind === 'char' ? padded(sql, to.length) : undefined
    case 'array':
      return from.kind === 'array' ? castArray(sql, from, to) : undefined
    case 'map':
      return from.kind === 'map' ? castMap(sql, from, to) : undefined
    case 'row':
      return from.kind === 'row' ? castRow(sql, from, to) : undefined
    case 'date':
    case 'timestamp':
    case 'timestamp with time zone':
    case 'time':
      return toTime(sql, from, to)
    case 'boolean':
      if (from.kind === 'varchar') return `_boolean(${sql})`
      return isNumeric(from) || from.kind === 'boolean' ? `CAST(${sql} AS BOOLEAN)` : undefined
    case 'varbinary':
      return from.kind === 'varchar' ? `_to_utf8(${sql})` : from.kind === to.kind ? sql : undefined
    case 'uuid':
      return from.kind === to.kind || (to.kind === 'uuid' && from.kind === 'varchar')
        ? `CAST(${sql} AS ${duck(to)})`
        : undefined
    case 'interval day to second':
    case 'interval year to month':
      return from.kind === to.kind ? sql : undefined
    default:
      return toNumber(sql, from, to)
  }
}

function toNumber(sql: string, from: Type, to: Type): string | undefined {
  if (from.kind === 'varchar') {
    if (isInteger(to)) return `CAST(_integer(${sql}, ${sqlText(to.kind)}) AS ${duck(to)})`
    if (isFloating(to)) return `CAST(_double(${sql}) AS ${duck(to)})`
    return to.kind === 'decimal'
      ? `CAST(_decimal(${sql}, ${to.precision}, ${to.scale}) AS ${duck(to)})`
      : undefined
  }
  if (from.kind === 'boolean') return `CAST(${sql} AS ${duck(to)})`
  if (!isNumeric(from)) return undefined
  // Trino takes the digits that the number is written with; DuckDB those of the nearest fraction of two.
  if (isFloating(from) && to.kind === 'decimal')
    return `CAST(_number_decimal(${textOf(sql, from)}, ${to.precision}, ${to.scale}, '${from.kind.toUpperCase()}') AS ${duck(to)})`
  // DuckDB rounds halves to even, Trino away from zero.
  if (isFloating(from) && isInteger(to)) return `CAST(round(CAST(${sql} AS DOUBLE)) AS ${duck(to)})`
  return `CAST(${sql} AS ${duck(to)})`
}

function toVarchar(sql: string, from: Type, to: Type & { kind: 'varchar' }): string | undefined {
  const text = textOf(sql, from)
  if (text === undefined || to.length === undefined || to.literal) return text
  if (from.kind !== 'varchar' && from.kind !== 'char') return fitting(text, to.length)
  return from.length !== undefined && from.length <= to.length ? text : `substring(${text}, 1, ${to.length})`
}

/** Only texts are cut; the text of any other value has to have room. */
function fitting(text: string, length: number): string {
  return bind(
    [text],
    (x) =>
      `CASE WHEN length(${x}) > ${length} THEN _fail('INVALID_CAST_ARGUMENT: Value ' || ${x} || ' cannot be represented as varchar(${length})') ELSE ${x} END`,
  )
}

function textOf(sql: string, from: Type): string | undefined {
  switch (from.kind) {
    case 'varchar':
    case 'char':
      return sql
    case 'double':
      return `_double_text(${sql})`
    case 'real':
      return `_real_text(CAST(${sql} AS DOUBLE))`
    case 'timestamp':
      return `_timestamp_text(epoch_us(${sql}), ${from.precision})`
    case 'timestamp with time zone':
      return `_timestamp_text(epoch_us(${localOf(sql, from)}), ${from.precision}) || ${sqlText(` ${zoneText(from)}`)}`
    case 'decimal':
      // DuckDB leaves the 0 in front of the point out where the type has no digit for it.
      return from.precision === from.scale && from.scale < 38
        ? `CAST(CAST(${sql} AS DECIMAL(${from.precision + 1}, ${from.scale})) AS VARCHAR)`
        : `CAST(${sql} AS VARCHAR)`
    case 'time':
      return `substring(_timestamp_text(epoch_us(${onDay(sql)}), ${from.precision}), 12)`
    case 'interval day to second':
      return `_interval_text(epoch_ms(TIMESTAMP '1970-01-01' + ${sql}))`
    case 'interval year to month':
      return bind([sql], (x) => `_months_text(date_part('year', ${x}) * 12 + date_part('month', ${x}))`)
    case 'varbinary':
    case 'array':
    case 'map':
    case 'row':
      return undefined
    default:
      return `CAST(${sql} AS VARCHAR)`
  }
}

/** A time of the day as a timestamp, of which DuckDB tells the microseconds. */
export const onDay = (time: string): string => `(DATE '1970-01-01' + ${time})`

/** DuckDB cuts a text that is too long, too. */
export const padded = (text: string, length: number): string => `rpad(${text}, ${length}, ' ')`

function toTime(sql: string, from: Type, to: Type): string | undefined {
  if (from.kind === 'varchar') {
    if (to.kind === 'date') return `CAST(DATE '1970-01-01' + _date(${sql}) AS DATE)`
    if (to.kind === 'timestamp') return `make_timestamp(_timestamp(${sql}, ${to.precision}))`
    if (to.kind === 'time') return `CAST(make_timestamp(_time(${sql}, ${to.precision})) AS TIME)`
    return `to_timestamp(_instant(${sql}) / 1e6)`
  }
  const local = from.kind === 'timestamp with time zone' ? localOf(sql, from) : sql
  if (!['date', 'timestamp', 'timestamp with time zone', 'time'].includes(from.kind)) return undefined
  switch (to.kind) {
    case 'date':
      return from.kind === 'time' ? undefined : `CAST(${local} AS DATE)`
    case 'time': {
      if (from.kind === 'date') return undefined
      const isFiner = 'precision' in from && from.precision > to.precision
      const day = from.kind === 'time' ? onDay(local) : local
      return isFiner
        ? `CAST(make_timestamp(_round_micros(epoch_us(${day}), ${to.precision})) AS TIME)`
        : `CAST(${local} AS TIME)`
    }
    case 'timestamp': {
      if (from.kind === 'time') return undefined
      const isFiner = 'precision' in from && from.precision > to.precision
      return isFiner
        ? `make_timestamp(_round_micros(epoch_us(${local}), ${to.precision}))`
        : `CAST(${local} AS TIMESTAMP)`
    }
    case 'timestamp with time zone':
      if (from.kind === 'time') return undefined
      return from.kind === to.kind ? sql : instantOf(`CAST(${local} AS TIMESTAMP)`, to.zone ?? 'UTC')
    default:
      return undefined
  }
}

function castArray(
  sql: string,
  from: Type & { kind: 'array' },
  to: Type & { kind: 'array' },
): string | undefined {
  if (from.of.kind === 'unknown' || from.of === UNKNOWN) return `CAST(${sql} AS ${duck(to)})`
  const name = `e${depthOf(to)}`
  const item = castSql(name, from.of, to.of)
  return item && (item === name ? sql : `list_transform(${sql}, lambda ${name}: ${item})`)
}

function castMap(sql: string, from: Type & { kind: 'map' }, to: Type & { kind: 'map' }): string | undefined {
  if (from.key.kind === 'unknown') return `CAST(${sql} AS ${duck(to)})`
  const name = `e${depthOf(to)}`
  const key = castSql(`${name}.key`, from.key, to.key)
  const value = castSql(`${name}.value`, from.value, to.value)
  if (key === undefined || value === undefined) return undefined
  return `map_from_entries(list_transform(map_entries(${sql}), lambda ${name}: struct_pack(k := ${key}, v := ${value})))`
}

function castRow(sql: string, from: Type & { kind: 'row' }, to: Type & { kind: 'row' }): string | undefined {
  if (from.fields.length !== to.fields.length) return undefined
  const keys = rowKeys(to.fields)
  const old = rowKeys(from.fields)
  const name = `e${depthOf(to)}`
  const fields = to.fields.map(({ type }, i) =>
    castSql(`${name}.${quoted(old[i]!)}`, from.fields[i]!.type, type),
  )
  if (fields.some((field) => field === undefined)) return undefined
  const row = `struct_pack(${fields.map((field, i) => `${quoted(keys[i]!)} := ${field}`).join(', ')})`
  return `list_transform([${sql}], lambda ${name}: CASE WHEN ${name} IS NOT NULL THEN ${row} END)[1]`
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

/** `CAST(x AS JSON)`: values, not texts to be parsed. Parts that are JSON already go in as such. */
function toJson(sql: string, from: Type): string | undefined {
  if (from.kind === 'json') return sql
  if (from.kind === 'varchar') return `CAST(to_json(${sql}) AS VARCHAR)`
  const ready = jsonReady(from)
  const cast = ready && (isSame(from, ready) ? sql : castSql(sql, from, ready))
  if (cast === undefined) return undefined
  return `_json_of(CAST(to_json(${cast}) AS VARCHAR), ${sqlText(jsonShape(from))})`
}

/** From JSON by way of what DuckDB's own cast from JSON takes; numbers and texts are converted as Trino does. */
function fromJson(sql: string, to: Type): string | undefined {
  const shape = castShape(to)
  if (shape === undefined) return undefined
  if (to.kind === 'array' || to.kind === 'map' || to.kind === 'row')
    return `CAST(CAST(_json_cast(${sql}, ${sqlText(shape)}) AS JSON) AS ${duck(to)})`
  const scalar = `CAST(_json_scalar(${sql}, ${sqlText(shape)}) AS ${duck(to)})`
  return to.kind === 'varchar' && to.length !== undefined ? fitting(scalar, to.length) : scalar
}

/** A literal text becomes a time with the zone that it names; the zone of any other text is not known. */
function zonedLiteral({ literal, at }: Typed, to: Type & { kind: 'timestamp with time zone' }): Type {
  if (typeof literal !== 'string') return to
  const zone = /[\d:.]\s*([+-]\d{2}:?\d{2}|[A-Za-z][\w/+-]*)$/.exec(literal)?.[1]
  return { ...to, zone: zone === undefined ? 'UTC' : atZone(zone, at) }
}

/** @throws SqlError `Cannot cast …` for what Trino does not cast. */
export function cast(value: Typed, to: Type, at: number, isTry = false): Typed {
  const { type: from } = value
  let target = to
  if (to.kind === 'timestamp with time zone') {
    if (from.kind === 'timestamp with time zone') target = { ...to, zone: from.zone }
    else target = from.kind === 'varchar' ? zonedLiteral(value, to) : { ...to, zone: 'UTC' }
  }
  if (isSame(from, target) && !('length' in target) && !('precision' in target))
    return { ...value, type: target, at }
  const sql = castSql(value.sql, from, target)
  if (sql === undefined) throw new SqlError(`Cannot cast ${display(from, true)} to ${display(target)}`, at)
  return { sql: isTry ? `TRY(${sql})` : sql, type: target, at }
}

/** Implicit conversions of Trino; {@link coerces} says when. */
export function coerce(value: Typed, to: Type): Typed {
  if (isSame(value.type, to)) return value
  if (value.type.kind === 'unknown') return { ...value, sql: `CAST(${value.sql} AS ${duck(to)})`, type: to }
  if (typeof value.literal === 'bigint' && isInteger(to))
    return { ...value, sql: `CAST(${value.literal} AS ${duck(to)})`, type: to }
  const sql = castSql(value.sql, value.type, to)
  if (sql === undefined) throw new SqlError(`Cannot cast ${display(value.type)} to ${display(to)}`, value.at)
  return { ...value, sql, type: to }
}
