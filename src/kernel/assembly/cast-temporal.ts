// Casts to dates, times and timestamps: the text that the API sends for a value of that type. Numbers are seconds since
// 1970 in UTC, as TD's `time` columns have them.

import { madeBody, madeText } from './cast-made'
import { Clock, MICROS, openClock, readDate, readInstant, readTime, SECONDS_A_DAY, take } from './clock-text'
import { Token, isInteger, readFloat, readInteger } from './tokens'

/** The years 1 to 9999: a number beyond them counts something else than seconds. */
const FIRST_SECOND: i64 = -62_135_596_800
const LAST_SECOND: i64 = 253_402_300_799

/** Whether it is a number of seconds, or msgpack's timestamp; `Clock` then has it. */
function readNumber(at: usize, t: i32): bool {
  let seconds: i64
  if (isInteger(t)) {
    seconds = <i64>readInteger(at, t)
    if (t == Token.UInt64 && seconds < 0) return false
  } else if (t == Token.Float64 || t == Token.Float32) {
    const value = readFloat(at, t)
    if (!(abs(value) < 1e12) || trunc(value) != value) return false
    seconds = <i64>value
  } else {
    if (!readInstant(at, t)) return false
    return Clock.micros >= FIRST_SECOND * MICROS && Clock.micros < (LAST_SECOND + 1) * MICROS
  }
  if (seconds < FIRST_SECOND || seconds > LAST_SECOND) return false
  Clock.micros = seconds * MICROS
  Clock.nanos = 0
  return true
}

/** What stands behind a time in UTC: nothing, `Z`, ` UTC`, `+00:00`. */
function isUtcEnd(): bool {
  if (Clock.at == Clock.end) return true
  take(0x20)
  const left = Clock.end - Clock.at
  const at = Clock.at
  if (left == 1) return load<u8>(at) == 0x5a
  if (left == 3) return load<u16>(at) == 0x5455 && load<u8>(at, 2) == 0x43
  // +00:00
  return left == 6 && load<u32>(at) == 0x3a30302b && load<u16>(at, 4) == 0x3030
}

export function dateOfNumber(at: usize, t: i32): usize {
  const day = SECONDS_A_DAY * MICROS
  if (!readNumber(at, t) || Clock.nanos != 0 || Clock.micros % day != 0) return 0
  return madeText(putDate(madeBody, <i32>(Clock.micros / day)))
}

/** A date; or a timestamp at midnight. */
export function dateOfText(at: usize, src: usize, bytes: usize): usize {
  openClock(src, bytes)
  if (!readDate()) return 0
  if (Clock.at == Clock.end) return at
  const length = Clock.at - src
  if (!(take(0x20) || take(0x54)) || !readTime() || !isUtcEnd() || Clock.micros != 0 || Clock.nanos != 0) return 0
  memory.copy(madeBody, src, length)
  return madeText(madeBody + length)
}

export function timeOfText(at: usize, src: usize, bytes: usize): usize {
  openClock(src, bytes)
  return readTime() && Clock.at == Clock.end ? at : 0
}

export function timestampOfNumber(at: usize, t: i32): usize {
  if (!readNumber(at, t)) return 0
  const day = SECONDS_A_DAY * MICROS
  let days = Clock.micros / day
  let micros = Clock.micros % day
  if (micros < 0) {
    micros += day
    days -= 1
  }
  let op = putDate(madeBody, <i32>days)
  store<u8>(op++, 0x20)
  const second = <u32>(micros / MICROS)
  op = putDigits(op, second / 3600, 2)
  store<u8>(op++, 0x3a)
  op = putDigits(op, (second / 60) % 60, 2)
  store<u8>(op++, 0x3a)
  op = putDigits(op, second % 60, 2)
  const fraction = <u32>(micros % MICROS)
  if (fraction != 0 || Clock.nanos != 0) {
    store<u8>(op++, 0x2e)
    if (Clock.nanos == 0 && fraction % 1000 == 0) op = putDigits(op, fraction / 1000, 3)
    else op = putDigits(op, fraction, 6)
    if (Clock.nanos != 0) op = putDigits(op, Clock.nanos, 3)
  }
  return madeText(op)
}

/** A timestamp, of UTC if it says so; or a date, which is its midnight. Digits of the second are kept. */
export function timestampOfText(at: usize, src: usize, bytes: usize): usize {
  openClock(src, bytes)
  if (!readDate()) return 0
  const dateBytes = Clock.at - src
  if (Clock.at == Clock.end) {
    memory.copy(madeBody, src, dateBytes)
    store<u8>(madeBody + dateBytes, 0x20)
    store<u64>(madeBody + dateBytes, 0x30303a30303a3030, 1) // 00:00:00
    return madeText(madeBody + dateBytes + 9)
  }
  const isSpace = load<u8>(Clock.at) == 0x20
  if (!(take(0x20) || take(0x54)) || !readTime()) return 0
  if (isSpace && Clock.at == Clock.end) return at
  const length = Clock.at - src
  if (!isUtcEnd()) return 0
  memory.copy(madeBody, src, length)
  store<u8>(madeBody + dateBytes, 0x20)
  return madeText(madeBody + length)
}

function putDigits(op: usize, value: u32, count: i32): usize {
  for (let i = count - 1; i >= 0; --i) {
    store<u8>(op + i, <u8>(0x30 + (value % 10)))
    value /= 10
  }
  return op + count
}

/** `YYYY-MM-DD` of a day since 1970-01-01, by the inverse of `daysFromCivil`; the year is from 1 to 9999. */
function putDate(op: usize, days: i32): usize {
  const shifted = days + 719468
  const era = shifted / 146097
  const dayOfEra = shifted - era * 146097
  const yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  const monthFromMarch = (5 * dayOfYear + 2) / 153
  const day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
  const month = monthFromMarch + (monthFromMarch < 10 ? 3 : -9)
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  op = putDigits(op, year, 4)
  store<u8>(op++, 0x2d)
  op = putDigits(op, month, 2)
  store<u8>(op++, 0x2d)
  return putDigits(op, day, 2)
}
