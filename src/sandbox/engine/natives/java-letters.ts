import {
  DAYS,
  dayOfYear,
  hour12,
  isoWeek,
  MONTHS,
  type Moment,
  offsetText,
  pad,
  refuse,
  saturdayWeek,
  type Writer,
} from './moments.js'
import { shortName } from './zones.js'

type Get = (date: Date) => number

const number =
  (get: Get, count: number): Writer =>
  ({ date }) =>
    pad(get(date), count)

const year = (get: Get, count: number): Writer =>
  count === 2 ? ({ date }) => pad(get(date) % 100, 2) : number(get, count)

const yearOf: Get = (date) => date.getUTCFullYear()

const monthOf = (count: number): Writer => {
  if (count >= 4) return ({ date }) => MONTHS[date.getUTCMonth()]!
  if (count === 3) return ({ date }) => MONTHS[date.getUTCMonth()]!.slice(0, 3)
  return number((date) => date.getUTCMonth() + 1, count)
}

/** Letters that mean the same in both kinds of patterns. */
function sharedLetter(letter: string, count: number, format: string): Writer | undefined {
  switch (letter) {
    case 'G':
      return ({ date }) => (date.getUTCFullYear() > 0 ? 'AD' : 'BC')
    case 'y':
      return year(yearOf, count)
    case 'M':
      return monthOf(count)
    case 'd':
      return number((date) => date.getUTCDate(), count)
    case 'D':
      return number(dayOfYear, count)
    case 'H':
      return number((date) => date.getUTCHours(), count)
    case 'h':
      return number(hour12, count)
    case 'k':
      return number((date) => date.getUTCHours() || 24, count)
    case 'K':
      return number((date) => date.getUTCHours() % 12, count)
    case 'm':
      return number((date) => date.getUTCMinutes(), count)
    case 's':
      return number((date) => date.getUTCSeconds(), count)
    case 'E':
      return ({ date }) => (count >= 4 ? DAYS[date.getUTCDay()]! : DAYS[date.getUTCDay()]!.slice(0, 3))
    case 'a':
      return ({ date }) => (date.getUTCHours() < 12 ? 'AM' : 'PM')
    case 'z':
      if (count >= 4) return refuse('long names of time zones', format)
      return ({ zone, date, offset }) => shortName(zone, date.getTime() / 1000 - offset)
    default:
      return undefined
  }
}

/** https://www.joda.org/joda-time/apidocs/org/joda/time/format/DateTimeFormat.html, of format_datetime. */
export function jodaLetter(letter: string, count: number, format: string): Writer {
  const shared = sharedLetter(letter, count, format)
  if (shared) return shared
  switch (letter) {
    case 'C':
      return number((date) => Math.floor(date.getUTCFullYear() / 100), count)
    case 'Y':
      return year(yearOf, count)
    case 'x':
      return year((date) => isoWeek(date).year, count)
    case 'w':
      return number((date) => isoWeek(date).week, count)
    case 'e':
      return number((date) => date.getUTCDay() || 7, count)
    case 'S':
      return ({ micros }) => pad(Math.floor(micros), 6).padEnd(count, '0').slice(0, count)
    case 'Z':
      return ({ offset, zone }) => (count >= 3 ? zone : offsetText(offset, count === 2 ? ':' : ''))
    default:
      throw new Error(`INVALID_FUNCTION_ARGUMENT: Illegal pattern component: ${letter}`)
  }
}

const isoOffset =
  (count: number): Writer =>
  ({ offset }: Moment) =>
    offset === 0 ? 'Z' : offsetText(offset, count === 3 ? ':' : '').slice(0, count === 1 ? 3 : undefined)

/** https://docs.oracle.com/javase/8/docs/api/java/text/SimpleDateFormat.html, of TD_TIME_FORMAT and Hive. */
export function simpleLetter(letter: string, count: number, format: string): Writer {
  const shared = sharedLetter(letter, count, format)
  if (shared) return shared
  switch (letter) {
    case 'L':
      return monthOf(count)
    case 'Y':
      return year((date) => saturdayWeek(date).year, count)
    case 'w':
      return number((date) => saturdayWeek(date).week, count)
    case 'W':
      return number((date) => Math.floor((date.getUTCDate() + 5 - date.getUTCDay()) / 7) + 1, count)
    case 'F':
      return number((date) => Math.floor((date.getUTCDate() - 1) / 7) + 1, count)
    case 'u':
      return number((date) => date.getUTCDay() || 7, count)
    case 'S':
      return ({ micros }) => pad(Math.floor(micros / 1000), count)
    case 'Z':
      return ({ offset }) => offsetText(offset, '')
    case 'X':
      if (count <= 3) return isoOffset(count)
      throw new Error(`invalid ISO 8601 format: length=${count}`)
    default:
      throw new Error(`Illegal pattern character '${letter}' in ${format}`)
  }
}
