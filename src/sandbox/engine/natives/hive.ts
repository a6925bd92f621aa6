import { parseWith } from './date-formats.js'
import { follow } from './json.js'
import { JsonNumber, writeJson } from './json-text.js'
import { native } from './native.js'
import { dayOf } from './times.js'

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

/** Functions of Hive that give NULL where Trino's have an error. */
export const HIVES = [
  native('_hive_micros', ['text'], 'long', micros),
  native('_hive_unix', ['text', 'text'], 'long', (text, format) => {
    const parsed = parseWith('java', text, format)
    return parsed === undefined ? null : BigInt(Math.floor(parsed.micros / 1e6))
  }),
  native('_hive_json', ['text', 'text'], 'text', (text, path) => {
    const value = follow(text, path)
    if (value === undefined || value === null) return null
    if (typeof value === 'string') return value
    return value instanceof JsonNumber ? value.text : writeJson(value)
  }),
]
