import { CELL_KINDS } from '../../kernel/numbers.js'
import type { Holds } from '../tables/column.js'

/**
 * Whether the text of COPY in `bytes`, from `from` up to `to`, is what `cellsFor` would make of the value that it was made of. False
 * also where that would take long to find out.
 */
export type IsExact = (bytes: Uint8Array, from: number, to: number) => boolean

/** Values of which a column holds some, told by their text. */
export interface ExactText {
  /** Kinds of values whose text may be looked at. */
  readonly kinds: number
  readonly isExact: IsExact
}

const INTEGERS = CELL_KINDS.int16 | CELL_KINDS.int32 | CELL_KINDS.int64 | CELL_KINDS.uint64

const [ZERO, NINE, MINUS, POINT, COLON, BLANK, BACKSLASH] = [48, 57, 45, 46, 58, 32, 92]
const DATE_BYTES = 'yyyy-mm-dd'.length
const TIME_BYTES = 'hh:mm:ss'.length
const UTC = [BLANK, 85, 84, 67]

/** How to look at the texts of a column; `undefined` where that is not done. */
export function exactText(holds: Holds): ExactText | undefined {
  switch (holds.kind) {
    case 'date':
      return {
        kinds: CELL_KINDS.text,
        isExact: (bytes, from, to) => to - from === DATE_BYTES && isDate(bytes, from),
      }
    case 'time':
      if (holds.withOffset) return undefined
      return { kinds: CELL_KINDS.text, isExact: (bytes, from, to) => isTime(bytes, from, to, holds.digits) }
    case 'timestamp':
      return {
        kinds: CELL_KINDS.text,
        isExact: holds.withZone ? utcTime(holds.digits) : clockTime(holds.digits),
      }
    case 'decimal':
      return { kinds: CELL_KINDS.text | INTEGERS, isExact: plainNumber(holds) }
    case 'text':
      return { kinds: CELL_KINDS.text | CELL_KINDS.boolean | INTEGERS, isExact: limitedText(holds) }
    case 'uuid':
      return { kinds: CELL_KINDS.text, isExact: isUuid }
    default:
      return undefined
  }
}

/** `yyyy-mm-dd hh:mm:ss`, with a fraction of so many digits at most. */
function clockTime(digits: number): IsExact {
  return (bytes, from, to) =>
    to - from > DATE_BYTES &&
    isDate(bytes, from) &&
    bytes[from + DATE_BYTES] === BLANK &&
    isTime(bytes, from + DATE_BYTES + 1, to, digits)
}

/** The same with ` UTC` behind it, which becomes ` +00`: what servers take an abbreviation for is one of their settings. */
function utcTime(digits: number): IsExact {
  const isClock = clockTime(digits)
  return (bytes, from, to) => {
    const end = to - UTC.length
    if (end < from || UTC.some((byte, i) => bytes[end + i] !== byte) || !isClock(bytes, from, end))
      return false
    bytes.set([BLANK, 43, ZERO, ZERO], end)
    return true
  }
}

/** A number with as many digits as the column has; of a scale below zero nothing is known here. */
function plainNumber({ precision, scale = 0 }: Extract<Holds, { kind: 'decimal' }>): IsExact {
  const mostWhole = precision === undefined ? Number.POSITIVE_INFINITY : precision - scale
  const mostFraction = precision === undefined ? Number.POSITIVE_INFINITY : scale
  return (bytes, from, to) => {
    if (mostFraction < 0) return false
    const start = bytes[from] === MINUS ? from + 1 : from
    let at = start
    while (at < to && isDigit(bytes[at]!)) at++
    const whole = at - start
    const isZero = whole === 1 && bytes[start] === ZERO
    if (whole === 0 || (bytes[start] === ZERO && whole > 1) || (isZero ? 0 : whole) > mostWhole) return false
    let last = at
    if (at < to) {
      if (bytes[at] !== POINT || at + 1 === to) return false
      for (at++; at < to; at++) {
        if (!isDigit(bytes[at]!)) return false
        if (bytes[at] !== ZERO) last = at
      }
      if (last - (start + whole) > mostFraction) return false
    }
    // Zero with a sign is for who looks closer.
    return start === from || !isZero || last > start + whole
  }
}

/** A text that is not too long. What COPY escapes is two bytes of one character. */
function limitedText({
  characters = Number.POSITIVE_INFINITY,
  bytes: most = Number.POSITIVE_INFINITY,
  padded = false,
}: Extract<Holds, { kind: 'text' }>): IsExact {
  return (bytes, from, to) => {
    if (padded && to > from && bytes[to - 1] === BLANK) return false
    if (to - from <= characters && to - from <= most) return true
    if (to - from > most) return false
    let count = 0
    for (let at = from; at < to && count <= characters; at++) {
      const byte = bytes[at]!
      if (byte === BACKSLASH) at++
      // The bytes of a character behind its first one.
      if ((byte & 0xc0) !== 0x80) count++
    }
    return count <= characters
  }
}

const DASHES = new Set([8, 13, 18, 23])

const isUuid: IsExact = (bytes, from, to) => {
  if (to - from !== 36) return false
  for (let i = 0; i < 36; i++) {
    const byte = bytes[from + i]!
    const letter = byte | 0x20
    const fits = DASHES.has(i) ? byte === MINUS : isDigit(byte) || (letter >= 97 && letter <= 102)
    if (!fits) return false
  }
  return true
}

/** A day of the years 1 to 9999, of which `to` is not looked at. */
function isDate(bytes: Uint8Array, from: number): boolean {
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
function isTime(bytes: Uint8Array, from: number, to: number, digits: number): boolean {
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

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE
}
