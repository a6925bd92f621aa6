// Dates, times and timestamps: from text as the API sends it, or from msgpack's timestamp extension, which row
// functions that return a Date produce.

import { Clock, MICROS, openClock, readDate, readDateTime, readInstant, readTime, SECONDS_A_DAY, take, twoDigits } from '../clock-text'
import { Body } from './body'
import { NO_OFFSET, zoneOffset } from './host'

/** `Z`, `UTC`, `±HH:MM` or the name of a region, with or without a space before it; takes the offset off. */
function readZone(): bool {
  take(0x20)
  const length = Clock.end - Clock.at
  if (length == 1 && load<u8>(Clock.at) == 0x5a) return true
  if (length == 3 && load<u16>(Clock.at) == 0x5455 && load<u8>(Clock.at, 2) == 0x43) return true
  if (length == 0) return false
  const first = load<u8>(Clock.at)
  let offset: i32
  if (first == 0x2b || first == 0x2d) {
    Clock.at++
    const hours = <i32>twoDigits()
    if (hours > 18 || !take(0x3a)) return false
    const minutes = <i32>twoDigits()
    if (minutes > 59 || Clock.at != Clock.end) return false
    offset = (hours * 60 + minutes) * 60
    if (first == 0x2d) offset = -offset
  } else {
    offset = zoneOffset(Clock.at, length, Math.floor(<f64>Clock.micros / 1e6))
    if (offset == NO_OFFSET) return false
  }
  Clock.micros -= <i64>offset * MICROS
  return true
}

function openText(): void {
  openClock(Body.at, Body.length)
}

export function parseDate(): bool {
  openText()
  return readDate() && Clock.at == Clock.end
}

export function parseTime(): bool {
  openText()
  return readTime() && Clock.nanos == 0 && Clock.at == Clock.end
}

export function parseTimestamp(): bool {
  openText()
  return readDateTime() && Clock.at == Clock.end
}

export function parseTimestampWithZone(): bool {
  openText()
  return readDateTime() && readZone()
}

export { readInstant }

/** Result of {@link inUnits}. */
export class Units {
  static value: i64 = 0
}

/** The timestamp that was read, in units of a second's decimals: 3, 6 or 9. False where they cannot hold it. */
export function inUnits(decimals: i32): bool {
  const micros = Clock.micros
  if (decimals == 6) {
    Units.value = micros
    return Clock.nanos == 0
  }
  if (decimals == 3) {
    Units.value = micros / 1000
    return Clock.nanos == 0 && micros % 1000 == 0
  }
  if (micros > 9_223_372_036_854_774 || micros < -9_223_372_036_854_775) return false
  Units.value = micros * 1000 + Clock.nanos
  return true
}

/** Whether the timestamp that was read is a midnight; `Clock.days` is then its day. */
export function isWholeDay(): bool {
  const day = SECONDS_A_DAY * MICROS
  if (Clock.nanos != 0 || Clock.micros % day != 0) return false
  const days = Clock.micros / day
  Clock.days = <i32>days
  return <i64>Clock.days == days
}
