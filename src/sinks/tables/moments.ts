import type { SqlType } from '../../model/schema.js'
import { isExtension } from '../../rows/extension.js'
import { parseInstant } from '../../rows/time.js'
import { timestampText } from '../../rows/timestamp.js'
import type { Given, ToCell } from './cell.js'
import type { Holds } from './column.js'

/** Dates, and dates with a time, as Trino, Presto and Hive write them. */
const CLOCK = /^(\d{4}-\d\d-\d\d)(?:[ T]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d{1,12}))?)?$/
/** The same with what comes behind a time: `Z`, ` UTC`, `+09:00`, ` Asia/Tokyo`. */
const ZONED =
  /^(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(?:\.(\d{1,12}))? ?((?:Z|[A-Z]{3}|[+-]\d|[A-Za-z]\w+\/).*)$/
const TIME = /^((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d{1,12}))?(?: ?(Z|UTC|[+-]\d\d:?\d\d))?$/

/** A year that both databases read, from 1 to 9999. */
const FOUR_DIGITS = /^(?!0000)\d{4}-/

/** Dates; of a date with a time, midnight. */
export const dateCell: ToCell = (value) => {
  const [, date, time, fraction] = clockOf(value) ?? []
  if (date === undefined || (time !== undefined && (time !== '00:00:00' || decimals(fraction) > 0)))
    return undefined
  return date
}

/** Times of the day, with an offset from UTC or without one, as the column has it. */
export function timeCell({ digits, withOffset }: Extract<Holds, { kind: 'time' }>): ToCell {
  return (value) => {
    const [text, time, fraction, offset] = typeof value === 'string' ? (TIME.exec(value) ?? []) : []
    if (text === undefined || decimals(fraction) > digits || (offset !== undefined) !== withOffset)
      return undefined
    return `${time}${fractionText(fraction, digits)}${offsetText(offset)}`
  }
}

/**
 * Dates with a time. A column with a zone holds instants: they come with a zone or an offset, and only they do. A column
 * without one holds what a clock shows, which is no instant.
 */
export function timestampCell({ digits, withZone }: Extract<Holds, { kind: 'timestamp' }>): ToCell {
  if (withZone) return (value) => instantText(value, digits)
  return (value) => {
    const [, date, time = '00:00:00', fraction] = clockOf(value) ?? []
    if (date === undefined || decimals(fraction) > digits) return undefined
    return `${date} ${time}${fractionText(fraction, digits)}`
  }
}

/** In UTC. */
function instantText(value: Given, digits: number): string | undefined {
  const given = isExtension(value) ? timestampText(value) : value
  const [text, , fraction] = typeof given === 'string' ? (ZONED.exec(given) ?? []) : []
  if (text === undefined || decimals(fraction) > digits) return undefined
  const seconds = secondsOf(text)
  const utc = seconds === undefined ? undefined : new Date(seconds * 1000).toISOString()
  if (utc === undefined || !FOUR_DIGITS.test(utc)) return undefined
  return `${utc.slice(0, 'yyyy-mm-ddThh:mm:ss'.length).replace('T', ' ')}${fractionText(fraction, digits)}+00`
}

/** Without their fraction, which `parseInstant` reads to the microsecond only. */
function secondsOf(text: string): number | undefined {
  try {
    return parseInstant(text.replace(/\.\d+/, '')).seconds
  } catch {
    return undefined
  }
}

/** The parts of a valid date, and time of the day, without a zone. */
function clockOf(value: Given): RegExpExecArray | undefined {
  const match = typeof value === 'string' ? CLOCK.exec(value) : null
  return match !== null && isDate(match[1]!) ? match : undefined
}

/** Rows of one day often follow each other. */
let latestDate = ''

/** Whether there is such a day. */
function isDate(date: string): boolean {
  if (date === latestDate) return true
  if (!FOUR_DIGITS.test(date) || secondsOf(date) === undefined) return false
  latestDate = date
  return true
}

/** How many decimals there are before zeros alone. */
function decimals(fraction = ''): number {
  return fraction.replace(/0+$/, '').length
}

function fractionText(fraction = '', digits: number): string {
  const kept = fraction.slice(0, digits)
  return kept === '' ? '' : `.${kept}`
}

function offsetText(offset: string | undefined): string {
  if (offset === undefined) return ''
  return offset === 'Z' || offset === 'UTC' ? '+00' : offset
}

/** An interval of Trino, of days to seconds or of years to months. */
const DAYS = /^(-?)(\d{1,9}) (\d\d:\d\d:\d\d(?:\.\d{1,6})?)$/
const MONTHS = /^(-?)(\d{1,6})-(\d\d?)$/

/** An interval as both databases read it, with a sign for each part. */
export function intervalCell(type: SqlType): ToCell {
  return (value) => {
    if (typeof value !== 'string' || type.kind !== 'interval') return undefined
    const days = DAYS.exec(value)
    if (days !== null) return `${days[1]}${days[2]} days ${days[1]}${days[3]}`
    const months = MONTHS.exec(value)
    return months === null ? undefined : `${months[1]}${months[2]} years ${months[1]}${months[3]} months`
  }
}
