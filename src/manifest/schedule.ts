import { DAY_MS, HOUR_MS, MINUTE_MS } from '../model/duration.js'
import { instantOf, wallClock, type Zone } from './zone.js'

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
  const { everyMs } = schedule
  const begun = Math.floor(local.getTime() / everyMs) * everyMs
  // The hour that comes twice when summer time ends is two hours; longer periods only are an hour longer that day.
  return everyMs <= HOUR_MS ? now - (local.getTime() - begun) : instantOf(begun, zone)
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
