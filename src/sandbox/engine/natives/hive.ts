import { createHash } from 'node:crypto'
import { parseWith } from './date-formats.js'
import { follow } from './json.js'
import { JsonNumber, writeJson } from './json-text.js'
import { native } from './native.js'
import { dayOf } from './times.js'
import { instantAt } from './zones.js'

const TIME = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?)?/

/** Microseconds of a text that begins with a date; what is no date is NULL. */
function micros(text: string): bigint | null {
  const match = TIME.exec(text.trim())
  if (match === null) return null
  const [, year, month, day, hour = '0', minute = '0', second = '0', digits = ''] = match
  const days = dayOf(Number(year), Number(month), Number(day))
  if (days === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null
  const seconds = days * 86_400 + Number(hour) * 3600 + Number(minute) * 60 + Number(second)
  return BigInt(seconds) * 1_000_000n + BigInt(digits.padEnd(6, '0').slice(0, 6))
}

const DAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA']

/** The next such day of the week behind a day, both counted from 1970. */
function nextDay(day: bigint, name: string): bigint | null {
  const wanted = DAYS.indexOf(name.trim().slice(0, 2).toUpperCase())
  if (wanted === -1) return null
  // The first of January 1970 was a Thursday.
  const today = (((Number(day) + 4) % 7) + 7) % 7
  return day + BigInt((wanted - today + 6) % 7) + 1n
}

/** Whole months between the same days of months, or last ones; else a 31st of a month for each day of difference. */
function monthsBetween(a: number, b: number): number {
  const [left, right] = [new Date(a / 1000), new Date(b / 1000)]
  const lastOf = (date: Date) =>
    new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  const months =
    (left.getUTCFullYear() - right.getUTCFullYear()) * 12 + left.getUTCMonth() - right.getUTCMonth()
  const [x, y] = [left.getUTCDate(), right.getUTCDate()]
  if (x === y || (x === lastOf(left) && y === lastOf(right))) return months
  const dayMs = 86_400_000
  const days = x - y + ((left.getTime() % dayMs) - (right.getTime() % dayMs)) / dayMs
  return Math.round((months + days / 31) * 1e8) / 1e8
}

/** Digits of another base, signed only where the wanted base is negative. */
function convert(text: string, from: number, to: number): string | null {
  const [source, target] = [Math.abs(from), Math.abs(to)]
  if (source < 2 || source > 36 || target < 2 || target > 36) return null
  const isNegative = text.trim().startsWith('-')
  let value = 0n
  for (const letter of text.trim().replace(/^-/, '').toLowerCase()) {
    const digit = '0123456789abcdefghijklmnopqrstuvwxyz'.indexOf(letter)
    if (digit === -1 || digit >= source) break
    value = value * BigInt(source) + BigInt(digit)
  }
  if (isNegative) value = -value
  return (to < 0 ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value)).toString(target).toUpperCase()
}

function substringIndex(text: string, delimiter: string, count: number): string {
  if (delimiter === '' || count === 0) return ''
  const parts = text.split(delimiter)
  return (count > 0 ? parts.slice(0, count) : parts.slice(count)).join(delimiter)
}

function sha2(text: string, bits: number): string | null {
  if (![0, 224, 256, 384, 512].includes(bits)) return null
  return createHash(`sha${bits || 256}`)
    .update(text)
    .digest('hex')
}

/** Functions of Hive that give NULL where Trino's have an error. */
export const HIVES = [
  native('_hive_micros', ['text'], 'long', micros),
  native('_next_day', ['long', 'text'], 'long', nextDay),
  native('_months_between', ['number', 'number'], 'number', monthsBetween),
  native('_hive_conv', ['text', 'number', 'number'], 'text', convert),
  native('_hive_substring_index', ['text', 'text', 'number'], 'text', substringIndex),
  native('_hive_sha2', ['text', 'number'], 'text', sha2),
  native('_hive_initcap', ['text'], 'text', (text) =>
    text
      .toLowerCase()
      .replace(/(^|\s)(\S)/g, (_, space: string, letter: string) => space + letter.toUpperCase()),
  ),
  native('_hive_format_number', ['number', 'number'], 'text', (value, digits) =>
    digits < 0
      ? null
      : value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  ),
  native('_hive_unix', ['text', 'text'], 'long', (text, format) => {
    const parsed = parseWith('simple', text, format)
    if (parsed === undefined) return null
    return BigInt(instantAt(parsed.zone ?? 'UTC', Math.floor(parsed.micros / 1e6)))
  }),
  native('_hive_json', ['text', 'text'], 'text', (text, path) => {
    const value = follow(text, path)
    if (value === undefined || value === null) return null
    if (typeof value === 'string') return value
    return value instanceof JsonNumber ? value.text : writeJson(value)
  }),
]
