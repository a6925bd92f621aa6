import { DAY_MS, HOUR_MS, MINUTE_MS } from '../model/duration.js'
import { clockChange, instantOf, wallClock, type Zone } from './zone.js'

/** How often a manifest is run: each start within one period is a start of the same run. */
export type Schedule = 'daily' | 'weekly' | 'monthly' | { readonly everyMs: number }

/**
 * `hourly`, `daily`, `weekly`, `monthly`, or a number of minutes or hours that divides a day, `15m` or `6h`.
 *
 * @throws RangeError for anything else.
 */
export function parseSchedule(text: string): Schedule {
  if (text === 'daily' || text === 'weekly' || text === 'monthly') return text
  if (text === 'hourly') return { everyMs: HOUR_MS }
  const [, count = '0', unit] = /^(\d{1,4})([mh])$/.exec(text) ?? []
  const everyMs = Number(count) * (unit === 'h' ? HOUR_MS : MINUTE_MS)
  if (everyMs > 0 && DAY_MS % everyMs === 0) return everyMs === DAY_MS ? 'daily' : { everyMs }
  throw new RangeError(
    'a schedule is hourly, daily, weekly, monthly, or minutes or hours that divide a day, such as 15m or 6h',
  )
}

/** When the period began that `now` lies in, by the clock on the wall of the zone. Weeks begin on Monday. */
export function periodStart(now: number, schedule: Schedule, zone: Zone): number {
  const local = wallClock(now, zone)
  const midnight = Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate())
  if (schedule === 'daily') return instantOf(midnight, zone)
  if (schedule === 'weekly') return instantOf(midnight - ((local.getUTCDay() + 6) % 7) * DAY_MS, zone)
  if (schedule === 'monthly') return instantOf(midnight - (local.getUTCDate() - 1) * DAY_MS, zone)
  return intervalStart(now, schedule.everyMs, zone)
}

const USUAL_MS = { daily: DAY_MS, weekly: 7 * DAY_MS, monthly: 28 * DAY_MS }

/** When the period after the one that begins at `start` begins. */
export function nextPeriod(start: number, schedule: Schedule, zone: Zone): number {
  const usualMs = typeof schedule === 'string' ? USUAL_MS[schedule] : schedule.everyMs
  let next = start
  for (let at = start + usualMs; next <= start; at += usualMs) next = periodStart(at, schedule, zone)
  // Where the clock is set, a short one may lie between.
  for (;;) {
    const before = periodStart(next - 1, schedule, zone)
    if (before <= start) return next
    next = before
  }
}

/**
 * The hour that comes twice when summer time ends is two hours; longer periods only are longer that day. A period whose
 * beginning the clock has skipped begins when it is set.
 */
function intervalStart(now: number, everyMs: number, zone: Zone): number {
  const floor = (local: number) => Math.floor(local / everyMs) * everyMs
  const local = wallClock(now, zone).getTime()
  const begun = floor(local)
  const change = clockChange(now - DAY_MS, now, zone)
  if (change === undefined) return begun - zone.offset(now)
  const before = zone.offset(change - 1)
  const [shownBefore, shownAfter] = [change + before, change + zone.offset(change)]
  const start = begun - zone.offset(now)
  if (everyMs <= HOUR_MS) return Math.max(start, change)
  if (begun >= Math.max(shownBefore, shownAfter)) return start
  if (shownAfter > shownBefore) return begun > shownBefore ? change : begun - before
  return (local < shownBefore ? floor(shownBefore - 1) : begun) - before
}

/** Two periods of one time on the clock, or of one hour, around a day on which that is set back. */
export interface RepeatedPeriods {
  readonly first: number
  readonly second: number
  /** Another one, some periods later. */
  readonly later: number
}

/** Those in the year from `now` on. */
export function repeatedPeriods(now: number, schedule: Schedule, zone: Zone): RepeatedPeriods[] {
  if (typeof schedule === 'string') return []
  const days = Array.from({ length: 366 }, (_, i) => now + i * DAY_MS)
  const changes = days.flatMap((day) => clockChange(day, day + DAY_MS, zone) ?? [])
  return changes.flatMap((change) => {
    const shift = zone.offset(change - 1) - zone.offset(change)
    if (shift <= 0) return []
    const start = (at: number) => periodStart(at, schedule, zone)
    const later = start(change + shift + 3 * schedule.everyMs)
    return [0, 1, 2]
      .map((i) => start(change + i * schedule.everyMs))
      .filter((second) => second >= change && second < change + shift)
      .map((second) => ({ first: start(second - shift), second, later }))
  })
}

/**
 * A time as a user writes it, in milliseconds since 1970: seconds since 1970, a date and time with its zone, or one
 * without, which is then by the clock of `zone`: `2026-01-31` or `2026-01-31T06:00`.
 *
 * @throws RangeError for anything else.
 */
export function parseTime(text: string, zone: Zone): number {
  if (/^\d{1,11}$/.test(text)) return Number(text) * 1000
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))? ?(Z|UTC|[+-]\d\d:?\d\d)?$/.exec(text)
  const [, date, time = '00:00', offset] = match ?? []
  const local = Date.parse(`${date}T${time}Z`)
  // Date.parse takes the 31st of February for the 3rd of March.
  if (Number.isNaN(local) || new Date(local).toISOString().slice(0, 10) !== date) {
    throw new RangeError(
      'times are 2026-01-31, 2026-01-31T06:00, the same with a zone such as Z or +09:00, or seconds since 1970',
    )
  }
  if (offset === undefined) return instantOf(local, zone)
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(offset) ?? []
  if (sign === undefined) return local
  return local - Number(`${sign}1`) * (Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS)
}
