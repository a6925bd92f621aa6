// Dates, times and timestamps: from text as the API sends it, or from msgpack's timestamp extension, which row
// functions that return a Date produce.

import { Token, big32, big64 } from '../tokens'
import { Body } from './body'
import { NO_OFFSET, zoneOffset } from './host'

const MICROS: i64 = 1_000_000
const SECONDS_A_DAY: i64 = 86_400

/** The result of the functions below, if they return true. */
export class Temporal {
  static days: i32 = 0
  /** Microseconds: of the day, or since 1970-01-01. */
  static micros: i64 = 0
}

/** What is being read. */
let at: usize = 0
let end: usize = 0

// @ts-ignore: decorator
@inline
function digitAt(p: usize): u32 {
  return <u32>load<u8>(p) - 0x30
}

/** Two digits, or a number beyond 99. */
// @ts-ignore: decorator
@inline
function twoDigits(): u32 {
  if (at + 2 > end) return 100
  const tens = digitAt(at)
  const ones = digitAt(at + 1)
  at += 2
  return tens <= 9 && ones <= 9 ? tens * 10 + ones : 100
}

// @ts-ignore: decorator
@inline
function take(character: u32): bool {
  if (at >= end || <u32>load<u8>(at) != character) return false
  at++
  return true
}

/**
 * Days from 1970-01-01 in the proleptic Gregorian calendar (Howard Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms").
 */
function daysFromCivil(year: i32, month: i32, day: i32): i32 {
  const y = month <= 2 ? year - 1 : year
  const era = (y >= 0 ? y : y - 399) / 400
  const yearOfEra = y - era * 400
  const dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
  const dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
  return era * 146097 + dayOfEra - 719468
}

function daysInMonth(year: i32, month: i32): i32 {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31
}

/** `YYYY-MM-DD`; years before 1 with a sign and beyond 9999 with up to six digits, as Trino prints them. */
function readDate(): bool {
  const negative = take(0x2d)
  if (!negative) take(0x2b)
  let year: i32 = 0
  let digits = 0
  while (at < end && digitAt(at) <= 9) {
    if (++digits > 6) return false
    year = year * 10 + <i32>digitAt(at++)
  }
  if (digits < 4 || !take(0x2d)) return false
  if (negative) year = -year
  const month = <i32>twoDigits()
  if (month < 1 || month > 12 || !take(0x2d)) return false
  const day = <i32>twoDigits()
  if (day < 1 || day > daysInMonth(year, month)) return false
  Temporal.days = daysFromCivil(year, month, day)
  return true
}

/** `HH:MM:SS` with up to twelve decimals, of which those beyond the sixth must be zeros. */
function readTime(): bool {
  const hour = twoDigits()
  if (hour > 23 || !take(0x3a)) return false
  const minute = twoDigits()
  if (minute > 59 || !take(0x3a)) return false
  const second = twoDigits()
  if (second > 59) return false
  let micros: u32 = 0
  if (take(0x2e)) {
    let digits = 0
    for (; at < end && digitAt(at) <= 9; ++at) {
      if (++digits > 12) return false
      if (digits <= 6) micros = micros * 10 + digitAt(at)
      else if (digitAt(at) != 0) return false
    }
    if (digits == 0) return false
    for (; digits < 6; ++digits) micros *= 10
  }
  Temporal.micros = <i64>((hour * 60 + minute) * 60 + second) * MICROS + micros
  return true
}

/** Date, one space or `T`, time. */
function readDateTime(): bool {
  if (!readDate() || !(take(0x20) || take(0x54)) || !readTime()) return false
  Temporal.micros += <i64>Temporal.days * (SECONDS_A_DAY * MICROS)
  return true
}

/** `Z`, `UTC`, `±HH:MM` or the name of a region, with or without a space before it; takes the offset off. */
function readZone(): bool {
  take(0x20)
  const length = end - at
  if (length == 1 && load<u8>(at) == 0x5a) return true
  if (length == 3 && load<u16>(at) == 0x5455 && load<u8>(at, 2) == 0x43) return true
  if (length == 0) return false
  const first = load<u8>(at)
  let offset: i32
  if (first == 0x2b || first == 0x2d) {
    at++
    const hours = <i32>twoDigits()
    if (hours > 18 || !take(0x3a)) return false
    const minutes = <i32>twoDigits()
    if (minutes > 59 || at != end) return false
    offset = (hours * 60 + minutes) * 60
    if (first == 0x2d) offset = -offset
  } else {
    offset = zoneOffset(at, length, Math.floor(<f64>Temporal.micros / 1e6))
    if (offset == NO_OFFSET) return false
  }
  Temporal.micros -= <i64>offset * MICROS
  return true
}

function openText(): void {
  at = Body.at
  end = Body.at + Body.length
}

export function parseDate(): bool {
  openText()
  return readDate() && at == end
}

export function parseTime(): bool {
  openText()
  return readTime() && at == end
}

export function parseTimestamp(): bool {
  openText()
  return readDateTime() && at == end
}

export function parseTimestampWithZone(): bool {
  openText()
  return readDateTime() && readZone()
}

/**
 * An extension of type -1 whose nanoseconds are whole microseconds:
 * https://github.com/msgpack/msgpack/blob/master/spec.md#timestamp-extension-type
 */
export function readTimestampExtension(p: usize, t: i32): bool {
  let seconds: i64
  let nanos: u32 = 0
  if (t == Token.FixExt4 && load<i8>(p, 1) == -1) {
    seconds = big32(p + 2)
  } else if (t == Token.FixExt8 && load<i8>(p, 1) == -1) {
    const both = big64(p + 2)
    nanos = <u32>(both >> 34)
    seconds = <i64>(both & 0x3ffffffff)
  } else if (t == Token.Ext8 && load<u8>(p, 1) == 12 && load<i8>(p, 2) == -1) {
    nanos = big32(p + 3)
    seconds = <i64>big64(p + 7)
  } else {
    return false
  }
  // Beyond these bounds the microseconds would leave 64 bits.
  if (nanos % 1000 != 0 || nanos > 999_999_999 || seconds > 9_223_372_036_853 || seconds < -9_223_372_036_853) return false
  Temporal.micros = seconds * MICROS + nanos / 1000
  return true
}

/** Whether the timestamp in `Temporal.micros` is a midnight; `Temporal.days` is then its day. */
export function isWholeDay(): bool {
  const day = SECONDS_A_DAY * MICROS
  if (Temporal.micros % day != 0) return false
  const days = Temporal.micros / day
  Temporal.days = <i32>days
  return <i64>Temporal.days == days
}
