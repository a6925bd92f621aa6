import { formatWith } from './date-formats.js'
import { offsetText } from './moments.js'
import { native } from './native.js'
import { dayOf } from './times.js'
import { canonicalZone, instantAt, offsetAt, offsetOf } from './zones.js'

const TEXT =
  /^\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?)?)?\s*(Z|[+-]\d{2}:?\d{2}|[A-Za-z][\w/]*)?\s*$/
const MONTH = /^\s*(\d{4})(?:-(\d{1,2}))?\s*$/

/** `2014-10-01`, `2014-10-01 12:34:56` and the like; a zone in the text wins. `undefined` for what is no time. */
function parseTime(text: string, zone: string): number | undefined {
  const match = TEXT.exec(text) ?? MONTH.exec(text)
  if (match === null) return undefined
  const [, year, month = '1', day = '1', hour = '0', minute = '0', second = '0', own] = match
  const days = dayOf(Number(year), Number(month), Number(day))
  if (days === undefined || Number(hour) > 24 || Number(minute) > 59 || Number(second) > 59) return undefined
  const name = own ?? zone
  if (offsetOf(name) === undefined && canonicalZone(name) === undefined) return undefined
  return instantAt(name, days * 86_400 + Number(hour) * 3600 + Number(minute) * 60 + Number(second))
}

/** Seconds, or a text that says a time. */
function timeOf(text: string, zone: string): number | undefined {
  return /^\s*-?\d{5,}\s*$/.test(text) || /^-?\d+$/.test(text) ? Number(text) : parseTime(text, zone)
}

const UNITS: Readonly<Record<string, number>> = { w: 604_800, d: 86_400, h: 3600, m: 60, s: 1 }

/** `1d`, `-6h`, `1w2d`. */
function durationOf(text: string): number {
  const match = /^([+-]?)((?:\d+[wdhms])+)$/.exec(text)
  if (match === null) throw new Error(`TD_TIME_ADD: not a duration: ${text}; write 1d, -6h or the like`)
  let seconds = 0
  for (const [, count, unit] of match[2]!.matchAll(/(\d+)([wdhms])/g))
    seconds += Number(count) * UNITS[unit!]!
  return match[1] === '-' ? -seconds : seconds
}

/** The beginning of the unit that a local time is in. */
function floor(unit: string, local: number): number | undefined {
  const date = new Date(local * 1000)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  const day = Math.floor(local / 86_400)
  switch (unit) {
    case 'second':
      return Math.floor(local)
    case 'minute':
      return Math.floor(local / 60) * 60
    case 'hour':
      return Math.floor(local / 3600) * 3600
    case 'day':
      return day * 86_400
    case 'week':
      return (day - ((((day + 3) % 7) + 7) % 7)) * 86_400
    case 'month':
      return Date.UTC(year, month, 1) / 1000
    case 'quarter':
      return Date.UTC(year, month - (month % 3), 1) / 1000
    case 'year':
      return Date.UTC(year, 0, 1) / 1000
    default:
      return undefined
  }
}

const LETTERS: Readonly<Record<string, string>> = {
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  M: 'month',
  q: 'quarter',
  y: 'year',
}

/** So many units on from the beginning of the one that a local time is in. */
function moved(local: number, count: number, letter: string): number {
  const start = floor(LETTERS[letter]!, local)!
  if (letter in UNITS) return start + count * UNITS[letter]!
  const date = new Date(start * 1000)
  date.setUTCMonth(date.getUTCMonth() + count * (letter === 'M' ? 1 : letter === 'q' ? 3 : 12))
  return date.getTime() / 1000
}

/** The window of TD_INTERVAL: `-1d`, `-7d/-1d`, `-1M/2014-10-05`, `-1h/now`. */
function windowOf(spec: string, now: number, zone: string): readonly [from: number, to: number] {
  const match = /^([+-]?\d+)([smhdwMqy])(?:\/(.+))?$/.exec(spec.trim())
  if (match === null) throw new Error(`TD_INTERVAL: not an interval of the plain forms: ${spec}`)
  const [, count, letter, anchor] = match
  const local = now + offsetAt(zone, now)
  let from = floor(LETTERS[letter!]!, local)!
  if (anchor === 'now') from = local
  else if (anchor !== undefined) {
    const step = /^([+-]?\d+)([smhdwMqy])$/.exec(anchor)
    const at = step ? undefined : parseTime(anchor, zone)
    if (!step && at === undefined) throw new Error(`TD_INTERVAL: not an interval of the plain forms: ${spec}`)
    from = step ? moved(local, Number(step[1]), step[2]!) : at! + offsetAt(zone, at!)
  }
  const to = moved(from, Number(count), letter!)
  const [low, high] = [Math.min(from, to), Math.max(from, to)]
  return [instantAt(zone, low), instantAt(zone, high)]
}

const long = (seconds: number | undefined): bigint | null =>
  seconds === undefined ? null : BigInt(Math.floor(seconds))

function truncate(unit: string, seconds: number, zone: string): bigint {
  const local = seconds + offsetAt(zone, seconds)
  const start = floor(unit.toLowerCase(), local)
  if (start === undefined) throw new Error(`TD_DATE_TRUNC: no unit: ${unit}`)
  // An hour that a zone has twice is told apart by its instant alone.
  const isShort = /^(?:second|minute|hour)$/i.test(unit)
  return BigInt(isShort ? seconds - (local - start) : instantAt(zone, start))
}

/** How much of `yyyy-MM-dd HH:mm:ss` is written with `!` behind the letter. */
const SHORT: Readonly<Record<string, number>> = { y: 4, q: 7, M: 7, w: 10, d: 10, h: 13, m: 16, s: 19 }

function timeString(seconds: number, format: string, zone: string): string {
  const match = /^([yqMwdhms])(!?)$/.exec(format)
  if (match === null)
    throw new Error(`TD_TIME_STRING: no format: ${format}; one of y q M w d h m s, perhaps with ! behind it`)
  const [, letter, short] = match
  const local = floor(LETTERS[letter!]!, seconds + offsetAt(zone, seconds))!
  const text = formatWith('simple', local * 1e6, 'yyyy-MM-dd HH:mm:ss', 'UTC')
  if (short === '!') return text.slice(0, SHORT[letter!]!)
  // The first of January has no summer time, whatever the time that it was made of.
  return text + offsetText(offsetAt(zone, instantAt(zone, local)), '')
}

/** The time functions of https://api-docs.treasuredata.com/en/tools/presto/api/, in seconds since 1970. */
export const TD_TIMES = [
  native('_td_time', ['text', 'text'], 'long', (text, zone) => long(timeOf(text, zone))),
  native('_td_bound', ['text', 'text'], 'long', (text, zone) => {
    const time = timeOf(text, zone)
    if (time === undefined) throw new Error(`TD_TIME_RANGE: not a time: ${text}`)
    return BigInt(Math.floor(time))
  }),
  native('_td_time_parse', ['text', 'text'], 'long', (text, zone) => long(parseTime(text, zone))),
  native('_td_time_format', ['number', 'text', 'text'], 'text', (seconds, format, zone) => {
    const offset = offsetAt(zone, seconds)
    return formatWith('simple', (seconds + offset) * 1e6, format, zone, offset)
  }),
  native('_td_duration', ['text'], 'long', (text) => BigInt(durationOf(text))),
  native('_td_date_trunc', ['text', 'number', 'text'], 'long', truncate),
  native('_td_interval_start', ['text', 'number', 'text'], 'long', (spec, now, zone) =>
    BigInt(windowOf(spec, now, zone)[0]),
  ),
  native('_td_interval_end', ['text', 'number', 'text'], 'long', (spec, now, zone) =>
    BigInt(windowOf(spec, now, zone)[1]),
  ),
  native('_td_time_string', ['number', 'text', 'text'], 'text', timeString),
]
