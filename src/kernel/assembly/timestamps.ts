// The one extension type the specification defines itself: -1, a timestamp of 4, 8 or 12 bytes (see
// https://github.com/msgpack/msgpack/blob/master/spec.md#timestamp-extension-type). It is written as ISO 8601 in UTC, `2026-11-01T00:00:00Z`, with three, six or nine decimals where needed.

import { putU64 } from './integers'
import { big32, big64 } from './tokens'

export const TIMESTAMP_TYPE: i32 = -1

/**
 * Whether the body of an extension of type -1 is a timestamp: of a length the specification knows, and with fewer
 * nanoseconds than make a second. Anything else is written like other extensions, so that nothing is lost.
 */
export function isTimestamp(body: usize, bytes: usize): bool {
  if (bytes == 4) return true
  if (bytes == 8) return big64(body) >> 34 < 1_000_000_000
  return bytes == 12 && big32(body) < 1_000_000_000
}

export function putTimestamp(op: usize, body: usize, bytes: usize): usize {
  if (bytes == 4) return putInstant(op, <i64>big32(body), 0)
  if (bytes == 8) {
    const both = big64(body)
    return putInstant(op, <i64>(both & 0x3_ffff_ffff), <u32>(both >> 34))
  }
  return putInstant(op, <i64>big64(body + 4), big32(body))
}

function putInstant(op: usize, seconds: i64, nanoseconds: u32): usize {
  let days = seconds / 86400
  let second = seconds % 86400
  if (second < 0) {
    second += 86400
    days -= 1
  }
  op = putDate(op, days)
  store<u8>(op, 0x54) // T
  op = putTwo(op + 1, <u32>(second / 3600))
  store<u8>(op, 0x3a) // :
  op = putTwo(op + 1, <u32>(second / 60 % 60))
  store<u8>(op, 0x3a)
  op = putTwo(op + 1, <u32>(second % 60))
  if (nanoseconds) {
    store<u8>(op++, 0x2e) // .
    op = putThree(op, nanoseconds / 1_000_000)
    if (nanoseconds % 1_000_000) op = putThree(op, nanoseconds / 1000 % 1000)
    if (nanoseconds % 1000) op = putThree(op, nanoseconds % 1000)
  }
  store<u8>(op, 0x5a) // Z
  return op + 1
}

/**
 * The Gregorian date that many days after 1970-01-01. Years are counted from March, so that the day a leap year adds
 * is the last one; in a cycle of 400 years there are 146097 days.
 */
function putDate(op: usize, days: i64): usize {
  const shifted = days + 719468 // From 0000-03-01.
  const cycle = (shifted >= 0 ? shifted : shifted - 146096) / 146097
  const day = <u32>(shifted - cycle * 146097)
  const yearOfCycle = (day - day / 1460 + day / 36524 - day / 146096) / 365
  const dayOfYear = day - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
  const fromMarch = (5 * dayOfYear + 2) / 153
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  const year = <i64>yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0)
  op = putYear(op, year)
  store<u8>(op, 0x2d) // -
  op = putTwo(op + 1, month)
  store<u8>(op, 0x2d)
  return putTwo(op + 1, dayOfYear - (153 * fromMarch + 2) / 5 + 1)
}

/** Four digits, or a sign and at least six, as JavaScript's toISOString does outside of the years 0 to 9999. */
function putYear(op: usize, year: i64): usize {
  if (year >= 0 && year <= 9999) return putTwo(putTwo(op, <u32>year / 100), <u32>year % 100)
  store<u8>(op++, year < 0 ? 0x2d : 0x2b)
  const size = abs<i64>(year)
  for (let power: i64 = 100_000; power > size; power /= 10) store<u8>(op++, 0x30)
  return putU64(op, <u64>size)
}

function putTwo(op: usize, x: u32): usize {
  store<u8>(op, <u8>(0x30 + x / 10))
  store<u8>(op, <u8>(0x30 + x % 10), 1)
  return op + 2
}

function putThree(op: usize, x: u32): usize {
  store<u8>(op, <u8>(0x30 + x / 100))
  return putTwo(op + 1, x % 100)
}
