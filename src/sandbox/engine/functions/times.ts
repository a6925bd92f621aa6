import { SqlError } from '../sql/sql-error.js'
import { onDay } from '../trino/cast.js'
import { DATE, display, type Type, zoned } from '../trino/type.js'
import { bind, sqlText, type Typed } from '../trino/typed.js'
import { atZone, instantOf, localOf } from '../trino/zone.js'
import { isLiteralText, type Make, refusal, rulesOf } from './rule.js'

type Zoned = Type & { kind: 'timestamp with time zone' }

/** The local time of a value, whatever kind of time it is. */
function local({ sql, type }: Typed): string {
  if (type.kind === 'timestamp with time zone') return localOf(sql, type)
  return type.kind === 'time' ? onDay(sql) : sql
}

/** A local time as a value of the kind it came from. */
function back(sql: string, { type }: Typed): string {
  if (type.kind === 'timestamp with time zone') return instantOf(sql, type.zone ?? 'UTC')
  if (type.kind === 'time') return `CAST(${sql} AS TIME)`
  return type.kind === 'date' ? `CAST(${sql} AS DATE)` : sql
}

function literalOf(value: Typed | undefined, what: string): string {
  if (isLiteralText(value)) return value.literal
  throw new SqlError(`the sandbox wants ${what} as a text in the query`, value?.at)
}

const UNITS = ['millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year']

const isCalendar = (unit: string) => UNITS.indexOf(unit) >= UNITS.indexOf('day')

function unitOf(value: Typed, type: Type): string {
  const unit = literalOf(value, 'the unit').toLowerCase()
  const isFine = type.kind !== 'date' || isCalendar(unit)
  if (UNITS.includes(unit) && isFine && !(type.kind === 'time' && isCalendar(unit))) return unit
  throw new SqlError(
    `'${unit}' is not a valid ${type.kind === 'date' || type.kind === 'time' ? type.kind.toUpperCase() : 'TIMESTAMP'} field`,
    value.at,
  )
}

const dateTrunc: Make = ([unit, time]) => {
  const name = unitOf(unit!, time!.type)
  const { type } = time!
  if (type.kind === 'timestamp with time zone' && !isCalendar(name)) {
    // An hour that a zone has twice is told apart by its instant alone.
    const sql = bind([time!.sql], (x) => {
      const own = localOf(x, type)
      return `(${x} - (${own} - date_trunc('${name}', ${own})))`
    })
    return { sql, type }
  }
  return { sql: back(`date_trunc('${name}', ${local(time!)})`, time!), type }
}

const dateAdd: Make = ([unit, count, time]) => {
  const name = unitOf(unit!, time!.type)
  const months = name === 'quarter' ? 3 : 1
  const interval =
    name === 'week'
      ? `to_days(CAST(7 * ${count!.sql} AS INTEGER))`
      : name === 'millisecond'
        ? `to_milliseconds(${count!.sql})`
        : `to_${name === 'quarter' ? 'month' : name}s(CAST(${months === 3 ? '3 * ' : ''}${count!.sql} AS ${isCalendar(name) ? 'INTEGER' : 'BIGINT'}))`
  if (!isCalendar(name) && time!.type.kind !== 'time')
    return { sql: `(${time!.sql} + ${interval})`, type: time!.type }
  return { sql: back(`(${local(time!)} + ${interval})`, time!), type: time!.type }
}

/** Whole units between two times. */
const dateDiff: Make = ([unit, from, to]) => {
  const name = unitOf(unit!, from!.type)
  const isLocal = isCalendar(name) && from!.type.kind === 'timestamp with time zone'
  const side = (time: Typed) =>
    isLocal
      ? localOf(time.sql, from!.type as Zoned)
      : time.type.kind === 'timestamp with time zone'
        ? `timezone('UTC', ${time.sql})`
        : local(time)
  return `datesub('${name}', ${side(from!)}, ${side(to!)})`
}

const PARTS: Readonly<Record<string, string>> = {
  year: 'year',
  quarter: 'quarter',
  month: 'month',
  week: 'week',
  week_of_year: 'week',
  day: 'day',
  day_of_month: 'day',
  day_of_week: 'isodow',
  dow: 'isodow',
  day_of_year: 'doy',
  doy: 'doy',
  year_of_week: 'isoyear',
  yow: 'isoyear',
  hour: 'hour',
  minute: 'minute',
  second: 'second',
}

/** A part of a time, as EXTRACT and the functions of the same names give it. */
export function part(name: string, time: Typed, at: number): string {
  if (name === 'timezone_hour' || name === 'timezone_minute') {
    if (time.type.kind !== 'timestamp with time zone')
      throw new SqlError(`Cannot extract ${name} from ${time.type.kind}`, at)
    const minutes = bind(
      [time.sql],
      (x) => `datediff('minute', timezone('UTC', ${x}), ${localOf(x, time.type as Zoned)})`,
    )
    return name === 'timezone_hour' ? `(${minutes} // 60)` : `(${minutes} % 60)`
  }
  if (time.type.kind === 'interval day to second') return intervalPart(name, time, at)
  if (time.type.kind === 'interval year to month') {
    if (name !== 'year' && name !== 'month')
      throw new SqlError(`Cannot extract ${name} from ${time.type.kind}`, at)
    return `date_part('${name}', ${time.sql})`
  }
  if (!['date', 'time', 'timestamp', 'timestamp with time zone', 'unknown'].includes(time.type.kind))
    throw new SqlError(
      `Type of argument to extract must be DATE, TIME, TIMESTAMP, or INTERVAL (actual ${display(time.type, true)})`,
      at,
    )
  const field = PARTS[name]
  const isTimeOnly = ['hour', 'minute', 'second'].includes(name)
  if (
    field === undefined ||
    (time.type.kind === 'date' && isTimeOnly) ||
    (time.type.kind === 'time' && !isTimeOnly)
  )
    throw new SqlError(`Cannot extract ${name} from ${time.type.kind}`, at)
  return `date_part('${field}', ${local(time)})`
}

function intervalPart(name: string, time: Typed, at: number): string {
  const milliseconds = `epoch_ms(TIMESTAMP '1970-01-01' + ${time.sql})`
  switch (name) {
    case 'day':
      return `(${milliseconds} // 86400000)`
    case 'hour':
      return `(${milliseconds} // 3600000 % 24)`
    case 'minute':
      return `(${milliseconds} // 60000 % 60)`
    case 'second':
      return `(${milliseconds} // 1000 % 60)`
    default:
      throw new SqlError(`Cannot extract ${name} from ${time.type.kind}`, at)
  }
}

const partRules = Object.fromEntries(
  [
    ...Object.keys(PARTS).filter((name) => name !== 'doy' && name !== 'dow' && name !== 'yow'),
    'doy',
    'dow',
    'yow',
    'day_of_month',
    'timezone_hour',
    'timezone_minute',
  ].flatMap((name) => {
    const make: Make = ([time], { at }) => part(name, time!, at)
    const kinds = ['hour', 'minute', 'second'].includes(name)
      ? ['timestamp', 'timestamp with time zone', 'time', 'interval day to second']
      : name.startsWith('timezone')
        ? ['timestamp with time zone']
        : [
            'date',
            'timestamp',
            'timestamp with time zone',
            ...(name === 'day' ? ['interval day to second'] : []),
            ...(['year', 'month'].includes(name) ? ['interval year to month'] : []),
          ]
    return kinds.map((kind) => [`${name}(${kind}) -> bigint`, make])
  }),
)

const zoneOf = (value: Typed | undefined) => atZone(literalOf(value, 'the time zone'), value!.at)

const atTimeZone: Make = ([time, zone]) => {
  const type = time!.type as Type & { precision?: number }
  if (zone!.type.kind.startsWith('interval'))
    throw new SqlError('the sandbox takes time zones as texts only', zone!.at)
  const name = zoneOf(zone)
  // A time without a zone is one of the session's, which is UTC.
  const sql =
    type.kind === 'timestamp with time zone' ? time!.sql : instantOf(`CAST(${time!.sql} AS TIMESTAMP)`, 'UTC')
  return { sql, type: zoned(name, type.precision ?? 3) }
}

export const atZoneOf = (time: Typed, zone: Typed) =>
  atTimeZone([time, zone], { at: time.at, scheduledTime: 0, schema: '' }) as Omit<Typed, 'at'>

const utcNow = "date_trunc('milliseconds', now())"
const nowLocal = `timezone('UTC', ${utcNow})`
const nowZoned: Make = () => ({ sql: utcNow, type: zoned('UTC') })

/** Texts with a zone keep it; it is known only of texts in the query. */
const isoTimestamp: Make = ([text]) => {
  const zone = isLiteralText(text)
    ? (/(Z|[+-]\d{2}(?::?\d{2})?)$/.exec(text.literal.replace(/^[^T]*/, ''))?.[1] ?? 'UTC')
    : undefined
  return { sql: `make_timestamptz(_iso_instant(${text!.sql}))`, type: zoned(zone === 'Z' ? 'UTC' : zone) }
}

const parseDatetime: Make = ([text, format]) => {
  const hasZone = !isLiteralText(format) || /[Zz]/.test(format.literal.replace(/'[^']*'/g, ''))
  return {
    sql: `make_timestamptz(_parse_datetime(${text!.sql}, ${format!.sql}))`,
    type: zoned(hasZone ? undefined : 'UTC'),
  }
}

const formatDatetime: Make = ([time, format]) => {
  const zone = time!.type.kind === 'timestamp with time zone' ? (time!.type.zone ?? '') : 'UTC'
  return `_format_datetime(epoch_us(${local(time!)}), ${format!.sql}, ${sqlText(zone)})`
}

const iso8601: Make = ([time]) => {
  const { type } = time!
  if (type.kind === 'date') return `strftime(${time!.sql}, '%Y-%m-%d')`
  const zone = type.kind === 'timestamp with time zone' ? (type.zone ?? '') : ''
  const format = `yyyy-MM-dd'T'HH:mm:ss.SSS${type.kind === 'timestamp with time zone' ? (zone === 'UTC' ? "'Z'" : 'ZZ') : ''}`
  return `_format_datetime(epoch_us(${local(time!)}), ${sqlText(format)}, ${sqlText(zone || 'UTC')})`
}

const lastDay: Make = ([time]) => `last_day(CAST(${local(time!)} AS DATE))`

/** Milliseconds are as fine as it gets; Trino rounds to them. */
const fromUnixtime: Make = ([seconds, zone, minutes]) => {
  const name = zone === undefined ? 'UTC' : minutes !== undefined ? offsetName(zone, minutes) : zoneOf(zone)
  const sql =
    seconds!.type.kind === 'double'
      ? `make_timestamptz(CAST(floor(${seconds!.sql} * 1000 + 0.5) AS BIGINT) * 1000)`
      : `to_timestamp(${seconds!.sql})`
  return { sql, type: zoned(name) }
}

function offsetName(hours: Typed, minutes: Typed): string {
  if (typeof hours.literal !== 'bigint' || typeof minutes.literal !== 'bigint')
    throw new SqlError('the sandbox wants the offset as numbers in the query', hours.at)
  const two = (n: bigint) => String(n < 0n ? -n : n).padStart(2, '0')
  return `${hours.literal < 0n ? '-' : '+'}${two(hours.literal)}:${two(minutes.literal)}`
}

const TIMES_OF = ['date', 'timestamp', 'timestamp with time zone']
const each = (signature: (kind: string) => string, make: Make) =>
  Object.fromEntries(TIMES_OF.map((kind) => [signature(kind), make]))

export const TIMES = rulesOf('functions/datetime', {
  ...partRules,
  'at_timezone(timestamp with time zone, varchar) -> timestamp with time zone': atTimeZone,
  'current_date() -> date': `CAST(${nowLocal} AS DATE)`,
  'current_time() -> time': refusal(
    'current_time is of the type time with time zone, which is not supported by the sandbox; use localtime',
  ),
  'current_timestamp() -> timestamp with time zone': nowZoned,
  'current_timestamp(integer) -> timestamp with time zone': nowZoned,
  'current_timezone() -> varchar': "'UTC'",
  'localtime() -> time': `CAST(${nowLocal} AS TIME)`,
  'localtimestamp() -> timestamp(3)': nowLocal,
  'now() -> timestamp with time zone': nowZoned,
  ...each(
    (kind) => `date(${kind}) -> date`,
    ([time]) => ({ sql: `CAST(${local(time!)} AS DATE)`, type: DATE }),
  ),
  'date(varchar) -> date': "CAST(DATE '1970-01-01' + _date($1) AS DATE)",
  ...each((kind) => `date_trunc(varchar, ${kind}) -> arg2`, dateTrunc),
  'date_trunc(varchar, time) -> arg2': dateTrunc,
  ...each((kind) => `date_add(varchar, bigint, ${kind}) -> arg3`, dateAdd),
  'date_add(varchar, bigint, time) -> arg3': dateAdd,
  ...each((kind) => `date_diff(varchar, ${kind}, ${kind}) -> bigint`, dateDiff),
  'date_diff(varchar, time, time) -> bigint': dateDiff,
  'date_format(timestamp, varchar) -> varchar': '_date_format(epoch_us($1), $2)',
  'date_format(timestamp with time zone, varchar) -> varchar': ([time, format]) =>
    `_date_format(epoch_us(${local(time!)}), ${format!.sql})`,
  'date_parse(varchar, varchar) -> timestamp(3)': 'make_timestamp(_date_parse($1, $2))',
  'format_datetime(timestamp, varchar) -> varchar': formatDatetime,
  'format_datetime(timestamp with time zone, varchar) -> varchar': formatDatetime,
  'from_iso8601_date(varchar) -> date': "CAST(DATE '1970-01-01' + _iso_date($1) AS DATE)",
  'from_iso8601_timestamp(varchar) -> timestamp with time zone': isoTimestamp,
  'from_unixtime(bigint) -> timestamp with time zone': fromUnixtime,
  'from_unixtime(double) -> timestamp with time zone': fromUnixtime,
  'from_unixtime(bigint, varchar) -> timestamp with time zone': fromUnixtime,
  'from_unixtime(double, varchar) -> timestamp with time zone': fromUnixtime,
  'from_unixtime(double, bigint, bigint) -> timestamp with time zone': fromUnixtime,
  'from_unixtime_nanos(bigint) -> timestamp with time zone': refusal(
    'from_unixtime_nanos is not supported by the sandbox, which keeps microseconds',
  ),
  ...each((kind) => `last_day_of_month(${kind}) -> date`, lastDay),
  'millisecond(timestamp) -> bigint': "date_part('millisecond', $1) % 1000",
  'millisecond(timestamp with time zone) -> bigint': "date_part('millisecond', $1) % 1000",
  'millisecond(time) -> bigint': "date_part('millisecond', $1) % 1000",
  'millisecond(interval day to second) -> bigint': "(epoch_ms(TIMESTAMP '1970-01-01' + $1) % 1000)",
  'parse_datetime(varchar, varchar) -> timestamp with time zone': parseDatetime,
  'timezone(timestamp with time zone) -> varchar': ([time]) => sqlText((time!.type as Zoned).zone ?? ''),
  ...each((kind) => `to_iso8601(${kind}) -> varchar`, iso8601),
  'to_milliseconds(interval day to second) -> bigint': "epoch_ms(TIMESTAMP '1970-01-01' + $1)",
  'parse_duration(varchar) -> interval day to second': 'to_milliseconds(_parse_duration($1))',
  'human_readable_seconds(double) -> varchar': '_readable_seconds($1)',
  'to_unixtime(timestamp) -> double': '(epoch_us($1) / 1e6)',
  'to_unixtime(timestamp with time zone) -> double': '(epoch_us($1) / 1e6)',
  'with_timezone(timestamp, varchar) -> timestamp with time zone': ([time, zone]) => {
    const name = zoneOf(zone)
    return { sql: instantOf(time!.sql, name), type: zoned(name) }
  },
})
