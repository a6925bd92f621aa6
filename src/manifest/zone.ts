import { DAY_MS } from '../model/duration.js'
import { zoneOffset } from '../model/zone-offset.js'

/** The wall clock of a time zone. */
export interface Zone {
  readonly name: string
  /** Offset from UTC at an instant, in milliseconds. */
  offset(instant: number): number
}

/** Instants whose offset is remembered at a time. */
const MOST_INSTANTS = 1000

/** A zone of the IANA database, `Asia/Tokyo` for example. Throws `RangeError` for an unknown name. */
export function zoneNamed(name: string): Zone {
  const offsetAt = zoneOffset(name)
  // The exports of one start ask for the same few times again and again: a fifth of the planning of 10,000 was spent on it.
  const known = new Map<number, number>()
  return {
    name,
    offset(instant) {
      const found = known.get(instant) ?? offsetAt(instant)
      if (known.size >= MOST_INSTANTS) known.clear()
      known.set(instant, found)
      return found
    },
  }
}

/** The clock that what is sent and kept is written by. */
export const UTC: Zone = { name: 'UTC', offset: () => 0 }

/** The local time at an instant, as a `Date` whose UTC fields are the local ones. */
export function wallClock(instant: number, zone: Zone): Date {
  return new Date(instant + zone.offset(instant))
}

/**
 * When the clock on the wall shows `local` (milliseconds as if it were UTC). Of two such instants, as when summer time
 * ends, the first; where there is none, as when it begins, the instant as late after the change as `local` is.
 */
export function instantOf(local: number, zone: Zone): number {
  const before = zone.offset(local - DAY_MS)
  const after = zone.offset(local + DAY_MS)
  const found = [local - before, local - after].filter((instant) => instant + zone.offset(instant) === local)
  return found.length > 0 ? Math.min(...found) : local - before
}

/** The first instant after a change of the clock between two instants at most a day apart; undefined without one. */
export function clockChange(from: number, to: number, zone: Zone): number | undefined {
  const before = zone.offset(from)
  if (zone.offset(to) === before) return undefined
  let [last, first] = [from, to]
  while (first - last > 1) {
    const middle = Math.floor((last + first) / 2)
    if (zone.offset(middle) === before) last = middle
    else first = middle
  }
  return first
}
