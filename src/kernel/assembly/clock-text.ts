// Dates and times in texts as the API sends them: `2026-01-31`, `12:34:56.789`, and both with a space or a `T` between.

import { Token, big32, big64 } from './tokens'

export const MICROS: i64 = 1_000_000
export const SECONDS_A_DAY: i64 = 86_400

/** The text being read, and the fields read so far. */
export class Clock {
  static at: usize = 0
  static end: usize = 0
  static days: i32 = 0
  /** Microseconds: of the day, or since 1970-01-01. */
  static micros: i64 = 0
  /** Nanoseconds beyond the last microsecond, from 0 to 999. */
  static nanos: u32 = 0
}

export function openClock(at: usize, bytes: usize): void {
  Clock.at = at
  Clock.end = at + bytes
}

// @ts-ignore: decorator
@inline
function digitAt(p: usize): u32 {
  return <u32>load<u8>(p) - 0x30
}

/** Two digits, or a number beyond 99. */
// @ts-ignore: decorator
@inline
export function twoDigits(): u32 {
  const at = Clock.at
  if (at + 2 > Clock.end) return 100
  const tens = digitAt(at)
  const ones = digitAt(at + 1)
  Clock.at = at + 2
  return tens <= 9 && ones <= 9 ? tens * 10 + ones : 100
}

// @ts-ignore: decorator
@inline
export function take(character: u32): bool {
  if (Clock.at >= Clock.end || <u32>load<u8>(Clock.at) != character) return false
  Clock.at++
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
export function readDate(): bool {
  const negative = take(0x2d)
  if (!negative) take(0x2b)
  let year: i32 = 0
  let digits = 0
  while (Clock.at < Clock.end && digitAt(Clock.at) <= 9) {
    if (++digits > 6) return false
    year = year * 10 + <i32>digitAt(Clock.at++)
  }
  if (digits < 4 || !take(0x2d)) return false
  if (negative) year = -year
  const month = <i32>twoDigits()
  if (month < 1 || month > 12 || !take(0x2d)) return false
  const day = <i32>twoDigits()
  if (day < 1 || day > daysInMonth(year, month)) return false
  Clock.days = daysFromCivil(year, month, day)
  return true
}

/** `HH:MM:SS` with up to twelve decimals, of which those beyond the ninth must be zeros. */
export function readTime(): bool {
  const hour = twoDigits()
  if (hour > 23 || !take(0x3a)) return false
  const minute = twoDigits()
  if (minute > 59 || !take(0x3a)) return false
  const second = twoDigits()
  if (second > 59) return false
  let micros: u32 = 0
  let nanos: u32 = 0
  if (take(0x2e)) {
    let digits = 0
    for (; Clock.at < Clock.end && digitAt(Clock.at) <= 9; ++Clock.at) {
      const digit = digitAt(Clock.at)
      if (++digits > 12) return false
      if (digits <= 6) micros = micros * 10 + digit
      else if (digits <= 9) nanos = nanos * 10 + digit
      else if (digit != 0) return false
    }
    if (digits == 0) return false
    for (let i = max(digits, 6); digits > 6 && i < 9; ++i) nanos *= 10
    for (; digits < 6; ++digits) micros *= 10
  }
  Clock.micros = <i64>((hour * 60 + minute) * 60 + second) * MICROS + micros
  Clock.nanos = nanos
  return true
}

/** Date, one space or `T`, time. */
export function readDateTime(): bool {
  if (!readDate() || !(take(0x20) || take(0x54)) || !readTime()) return false
  Clock.micros += <i64>Clock.days * (SECONDS_A_DAY * MICROS)
  return true
}

/**
 * An extension of type -1:
 * https://github.com/msgpack/msgpack/blob/master/spec.md#timestamp-extension-type
 */
export function readInstant(p: usize, t: i32): bool {
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
  if (nanos > 999_999_999 || seconds > 9_223_372_036_853 || seconds < -9_223_372_036_853) return false
  Clock.micros = seconds * MICROS + nanos / 1000
  Clock.nanos = nanos % 1000
  return true
}
