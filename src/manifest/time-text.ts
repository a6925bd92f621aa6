import { DAY_MS, HOUR_MS, MINUTE_MS } from '../model/duration.js'
import { instantOf, UTC, wallClock, type Zone } from './zone.js'

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: MINUTE_MS, h: HOUR_MS }
const UNIT_DAYS: Readonly<Record<string, number>> = { d: 1, w: 7 }

/** The range of times whose year has four digits in any zone. */
const FIRST = Date.parse('0001-01-02T00:00:00Z')
const LAST = Date.parse('9999-12-30T00:00:00Z')

/**
 * An instant moved by offsets such as `- 1d` and `+ 6h`. Days and weeks are those of the calendar: a day earlier is the
 * same time by the clock of the zone, also when summer time began in between. Seconds, minutes and hours are exact.
 *
 * @throws RangeError for a time without a year of four digits.
 */
export function moved(instant: number, offsets: string, zone: Zone): number {
  let at = instant
  for (const [, sign, count, unit] of offsets.matchAll(/([+-])\s*(\d+)([smhdw])/g)) {
    const by = Number(`${sign}${count}`)
    const days = UNIT_DAYS[unit!]
    const from = days === undefined ? at : wallClock(at, zone).getTime()
    const to = from + by * (days === undefined ? UNIT_MS[unit!]! : days * DAY_MS)
    if (!(to > FIRST && to < LAST)) throw new RangeError('that is before the year 1 or after 9999')
    at = days === undefined ? to : instantOf(to, zone)
  }
  return at
}

/** The conversions that {@link formatTime} knows: those of `strftime` that need no language. */
export const CONVERSIONS = 'YmdHMSjFTsz%'

/**
 * An instant by the clock of a zone, in a format of `strftime`. `%s` is seconds since 1970, `%z` is `+0900`.
 *
 * @throws RangeError for a conversion that is not one of {@link CONVERSIONS}.
 */
export function formatTime(instant: number, format: string, zone: Zone): string {
  const local = wallClock(instant, zone)
  const iso = local.toISOString()
  return format.replace(/%(.?)/gs, (all, conversion) => {
    switch (conversion) {
      case 'Y':
        return iso.slice(0, 4)
      case 'm':
        return iso.slice(5, 7)
      case 'd':
        return iso.slice(8, 10)
      case 'H':
        return iso.slice(11, 13)
      case 'M':
        return iso.slice(14, 16)
      case 'S':
        return iso.slice(17, 19)
      case 'F':
        return iso.slice(0, 10)
      case 'T':
        return iso.slice(11, 19)
      case 'j': {
        const begin = Date.UTC(local.getUTCFullYear(), 0, 1)
        return String(Math.floor((local.getTime() - begin) / DAY_MS) + 1).padStart(3, '0')
      }
      case 's':
        return String(Math.floor(instant / 1000))
      case 'z':
        return offsetText(zone.offset(instant), '')
      case '%':
        return '%'
    }
    throw new RangeError(
      `${all} is no conversion; there are ${[...CONVERSIONS].map((c) => `%${c}`).join(' ')}`,
    )
  })
}

/** `2026-01-31T06:00:00+09:00`, with `Z` for UTC. */
export function isoTime(instant: number, zone: Zone): string {
  const offset = zone.offset(instant)
  return `${formatTime(instant, '%FT%T', zone)}${offset === 0 ? 'Z' : offsetText(offset, ':')}`
}

/** `2026-01-30T21:00:00Z`, as scheduled times are shown and kept. */
export function utcTime(instant: number): string {
  return isoTime(instant, UTC)
}

function offsetText(offset: number, separator: string): string {
  const minutes = Math.abs(Math.trunc(offset / MINUTE_MS))
  const two = (n: number) => String(n).padStart(2, '0')
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${separator}${two(minutes % 60)}`
}
