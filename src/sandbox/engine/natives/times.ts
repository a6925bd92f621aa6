import { native } from './native.js'
import { instantAt } from './zones.js'

/** `2014-10-01`, with or without a time, and with what may stand behind it. */
const TIMESTAMP =
  /^([+-]?\d{4,6})-(\d{1,2})-(\d{1,2})(?: (?:(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d+))?)?)?\s*(.+)?)?$/
const TIME = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d+))?)?$/

export interface Local {
  /** Milliseconds, as if it were UTC. */
  readonly milliseconds: number
  /** Behind the milliseconds. */
  readonly micros: number
}

/** Checked: 31 April is no date. `undefined` for what is none. */
export function dayOf(year: number, month: number, day: number): number | undefined {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  const isSame = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return isSame ? Math.round(date.getTime() / 86_400_000) : undefined
}

const cannot = (text: string, type: string) =>
  new Error(`INVALID_CAST_ARGUMENT: Value cannot be cast to ${type}: ${text}`)

/** Microseconds from the digits behind the point, rounded to the given number of digits. */
function fraction(digits: string, precision: number): number {
  const scale = 10 ** Math.min(precision, 6)
  return Math.round(Math.floor(Number(`0.${digits}`) * scale * 10 + 1e-6) / 10) * (1_000_000 / scale)
}

interface Parsed {
  readonly micros: number
  readonly zone: string | undefined
}

function parseTimestamp(text: string, precision: number, type: string): Parsed {
  const match = TIMESTAMP.exec(text.trim())
  const [, year, month, day, hour = '0', minute = '0', second = '0', digits = '0', zone] = match ?? []
  const days = match ? dayOf(Number(year), Number(month), Number(day)) : undefined
  if (days === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59)
    throw cannot(text, type)
  const seconds = days * 86_400 + Number(hour) * 3600 + Number(minute) * 60 + Number(second)
  return { micros: seconds * 1e6 + fraction(digits, precision), zone }
}

function parseDate(text: string): number {
  const match = /^\s*([+-]?\d{1,6})-(\d{1,2})-(\d{1,2})\s*$/.exec(text)
  const day = match && dayOf(Number(match[1]), Number(match[2]), Number(match[3]))
  if (day === null || day === undefined) throw cannot(text, 'date')
  return day
}

/** `2014-10-01 00:00:00.000`, for microseconds since 1970 and digits behind the point. */
export function timestampText(micros: number, precision: number): string {
  const seconds = Math.floor(micros / 1e6)
  const text = new Date(seconds * 1000).toISOString().slice(0, -5).replace('T', ' ')
  if (precision === 0) return text
  const digits = String(micros - seconds * 1e6).padStart(6, '0')
  return `${text}.${digits.slice(0, precision)}`
}

function intervalText(milliseconds: number): string {
  const all = Math.abs(milliseconds)
  const [days, hours, minutes, seconds] = [
    Math.floor(all / 86_400_000),
    Math.floor(all / 3_600_000) % 24,
    Math.floor(all / 60_000) % 60,
    Math.floor(all / 1000) % 60,
  ]
  const two = (n: number) => String(n).padStart(2, '0')
  return `${milliseconds < 0 ? '-' : ''}${days} ${two(hours)}:${two(minutes)}:${two(seconds)}.${String(all % 1000).padStart(3, '0')}`
}

function isoParts(text: string): Parsed | undefined {
  const match =
    /^([+-]?\d{4,6})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:T(\d{1,2})?(?::?(\d{2})(?::?(\d{2})(?:[.,](\d+))?)?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/.exec(
      text,
    )
  if (match === null) return undefined
  const [, year, month = '1', day = '1', hour = '0', minute = '0', second = '0', digits = '0', zone] = match
  const days = dayOf(Number(year), Number(month), Number(day))
  if (days === undefined || Number(hour) > 24 || Number(minute) > 59 || Number(second) > 59) return undefined
  const seconds = days * 86_400 + Number(hour) * 3600 + Number(minute) * 60 + Number(second)
  return { micros: seconds * 1e6 + fraction(digits, 3), zone }
}

/** `2020-W10`, `2020-W10-3`: the first week has the first Thursday of the year. */
function weekDate(text: string): number | undefined {
  const [, year, week, day = '1'] = /^(\d{4})-?W(\d{2})(?:-?([1-7]))?$/.exec(text) ?? []
  if (year === undefined) return undefined
  const fourth = dayOf(Number(year), 1, 4)!
  // The first of January 1970 was a Thursday.
  const monday = fourth - ((((fourth + 3) % 7) + 7) % 7)
  return monday + (Number(week) - 1) * 7 + Number(day) - 1
}

/** `2020-123`: the day of the year. */
function dayOfYear(text: string): number | undefined {
  const [, year, day] = /^(\d{4})-(\d{3})$/.exec(text) ?? []
  if (year === undefined) return undefined
  const last = dayOf(Number(year), 12, 31)! - dayOf(Number(year), 1, 1)! + 1
  return Number(day) >= 1 && Number(day) <= last ? dayOf(Number(year), 1, 1)! + Number(day) - 1 : undefined
}

function isoInstant(text: string): number {
  const parsed = isoParts(text)
  if (parsed === undefined) throw new Error(`INVALID_FUNCTION_ARGUMENT: Invalid format: "${text}"`)
  return instantOf(parsed)
}

function instantOf({ micros, zone }: Parsed): number {
  const seconds = Math.floor(micros / 1e6)
  return instantAt(zone ?? 'UTC', seconds) * 1e6 + (micros - seconds * 1e6)
}

/** Reading and writing dates and times as casts do: https://trino.io/docs/current/language/types.html#date-and-time */
export const TIMES = [
  native('_date', ['text'], 'int', parseDate),
  native('_timestamp', ['text', 'number'], 'long', (text, precision) => {
    const { micros, zone } = parseTimestamp(text, precision, 'timestamp')
    if (zone !== undefined) throw cannot(text, 'timestamp')
    return BigInt(micros)
  }),
  native('_instant', ['text'], 'long', (text) =>
    BigInt(instantOf(parseTimestamp(text, 3, 'timestamp with time zone'))),
  ),
  native('_time', ['text', 'number'], 'long', (text, precision) => {
    const match = TIME.exec(text.trim())
    const [, hour, minute, second = '0', digits = '0'] = match ?? []
    if (!match || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) throw cannot(text, 'time')
    const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second)
    return BigInt(seconds * 1e6 + fraction(digits, precision))
  }),
  native('_timestamp_text', ['number', 'number'], 'text', timestampText),
  native('_round_micros', ['number', 'number'], 'long', (micros, precision) => {
    const step = 10 ** (6 - precision)
    return BigInt(Math.floor(micros / step + 0.5) * step)
  }),
  native('_interval_text', ['number'], 'text', intervalText),
  native('_months_text', ['number'], 'text', (months) => {
    const all = Math.abs(months)
    return `${months < 0 ? '-' : ''}${Math.floor(all / 12)}-${all % 12}`
  }),
  native('_iso_instant', ['text'], 'long', (text) => BigInt(isoInstant(text))),
  native('_iso_date', ['text'], 'int', (text) => {
    const special = weekDate(text) ?? dayOfYear(text)
    if (special !== undefined) return special
    const parsed = isoParts(text)
    if (parsed === undefined) throw new Error(`INVALID_FUNCTION_ARGUMENT: Invalid format: "${text}"`)
    return Math.floor(parsed.micros / 86_400e6)
  }),
]
