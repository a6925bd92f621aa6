import { type IsExact, isDigit } from './is-exact.js'

const [ZERO, PLUS, MINUS, POINT, COLON, BLANK] = [48, 43, 45, 46, 58, 32]
const DATE_BYTES = 'yyyy-mm-dd'.length
const TIME_BYTES = 'hh:mm:ss'.length
const UTC = [BLANK, 85, 84, 67]

/** `yyyy-mm-dd`. */
export const isDate: IsExact = (bytes, from, to) => to - from === DATE_BYTES && isDay(bytes, from)

/** `yyyy-mm-dd hh:mm:ss`, with a fraction of so many digits at most. */
export function clockTime(digits: number): IsExact {
  return (bytes, from, to) =>
    to - from > DATE_BYTES &&
    isDay(bytes, from) &&
    bytes[from + DATE_BYTES] === BLANK &&
    isTime(bytes, from + DATE_BYTES + 1, to, digits)
}

/** The same with ` UTC` behind it, which becomes ` +00`: what servers take an abbreviation for is one of their settings. */
export function instantInUtc(isClock: IsExact): IsExact {
  return (bytes, from, to) => {
    const end = to - UTC.length
    if (end < from || UTC.some((byte, i) => bytes[end + i] !== byte) || !isClock(bytes, from, end))
      return false
    bytes.set([BLANK, PLUS, ZERO, ZERO], end)
    return true
  }
}

/** A time with an offset, which is no zone's: `10:20:30+09:00`. */
export function offsetTime(isClock: IsExact): IsExact {
  return (bytes, from, to) => {
    const sign = to - '+09:00'.length
    return (
      sign > from &&
      (bytes[sign] === PLUS || bytes[sign] === MINUS) &&
      bytes[sign + 3] === COLON &&
      !Number.isNaN(twoDigits(bytes, sign + 1) + twoDigits(bytes, sign + 4)) &&
      isClock(bytes, from, sign)
    )
  }
}

/** A day of the years 1 to 9999, of which `to` is not looked at. */
function isDay(bytes: Uint8Array, from: number): boolean {
  if (bytes[from + 4] !== MINUS || bytes[from + 7] !== MINUS) return false
  const year = twoDigits(bytes, from) * 100 + twoDigits(bytes, from + 2)
  const month = twoDigits(bytes, from + 5)
  const day = twoDigits(bytes, from + 8)
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1)) return false
  return day <= 28 || day <= daysOf(year, month)
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** `hh:mm:ss`, with a fraction of so many digits at most. */
export function isTime(bytes: Uint8Array, from: number, to: number, digits: number): boolean {
  const length = to - from
  if (length < TIME_BYTES || bytes[from + 2] !== COLON || bytes[from + 5] !== COLON) return false
  const fits =
    twoDigits(bytes, from) <= 23 && twoDigits(bytes, from + 3) <= 59 && twoDigits(bytes, from + 6) <= 59
  if (!fits || length === TIME_BYTES) return fits
  const fraction = length - TIME_BYTES - 1
  if (bytes[from + TIME_BYTES] !== POINT || fraction < 1 || fraction > digits) return false
  for (let at = to - fraction; at < to; at++) if (!isDigit(bytes[at]!)) return false
  return true
}

/** NaN for anything else. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const [tens, ones] = [bytes[at]!, bytes[at + 1]!]
  return isDigit(tens) && isDigit(ones) ? (tens - ZERO) * 10 + ones - ZERO : Number.NaN
}
