import { SluiceError } from '../errors.js'
import { zoneOffset } from '../model/zone-offset.js'

const SLOT_SECONDS = 900
const DAY_SECONDS = 86_400
const CACHED_SLOTS = 100_000

/** Seconds ahead of UTC at an instant, in seconds since 1970. */
type OffsetAt = (instant: number) => number

/** Finds how far the clocks of a region were ahead of UTC, from Node's time zone data (https://www.iana.org/time-zones). */
export class ZoneOffsets {
  readonly #zones = new Map<string, OffsetAt | undefined>()
  readonly #slots = new Map<string, number | undefined>()

  /**
   * Seconds ahead of UTC when the clocks show `clockSeconds` (since 1970-01-01 of that clock). Where they show a time
   * twice, the first one is meant, as Java has it. `undefined` for a region that is not known, and for a time that
   * its clocks skipped.
   */
  offset(zone: string, clockSeconds: number): number | undefined {
    const offsetAt = this.#zone(zone)
    if (offsetAt === undefined) return undefined
    const slot = Math.floor(clockSeconds / SLOT_SECONDS)
    const key = `${zone} ${slot}`
    if (this.#slots.has(key)) return this.#slots.get(key)
    // Clocks change at quarters of an hour, at least since there are rules for it; where not, nothing is kept.
    const first = resolve(offsetAt, slot * SLOT_SECONDS)
    const last = resolve(offsetAt, slot * SLOT_SECONDS + SLOT_SECONDS - 1)
    if (first !== last) return resolve(offsetAt, clockSeconds)
    if (this.#slots.size >= CACHED_SLOTS) this.#slots.clear()
    this.#slots.set(key, first)
    return first
  }

  #zone(name: string): OffsetAt | undefined {
    if (!this.#zones.has(name)) this.#zones.set(name, open(name))
    return this.#zones.get(name)
  }
}

function open(zone: string): OffsetAt | undefined {
  try {
    const offset = zoneOffset(zone)
    return (instant) => offset(instant * 1000) / 1000
  } catch {
    return undefined
  }
}

function resolve(offsetAt: OffsetAt, clockSeconds: number): number | undefined {
  const before = offsetAt(clockSeconds - DAY_SECONDS)
  if (offsetAt(clockSeconds - before) === before) return before
  const after = offsetAt(clockSeconds + DAY_SECONDS)
  return offsetAt(clockSeconds - after) === after ? after : undefined
}

/** `2026-11-01`, `2026-11-01 10:20:30.123`, and with a zone: `UTC`, `Z`, `+09:00`, `Asia/Tokyo`. */
const TIMESTAMP =
  /^(-?\d{4,6})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,12}))?)?)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d|[A-Za-z]\w+(?:\/[\w+-]+)+)?$/

/** Decimals of a second, of which one beyond the sixth is no zero. */
const FINER = /^\d{6}0*[1-9]/

const zones = new ZoneOffsets()

/** A point in time: whole seconds since 1970-01-01T00:00:00Z, and the fraction of the next one, in [0, 1). */
export interface Instant {
  readonly seconds: number
  readonly fraction: number
}

/**
 * Reads a date or timestamp as Trino, Presto and Hive write it. Without a zone it is UTC; a local time that occurs twice
 * in its zone is the earlier of the two.
 *
 * @throws SluiceError `E_TYPE` for any other text, for a day that no calendar has, for a time that the clocks of its zone
 * skipped, and for one that is finer than a microsecond.
 */
export function parseInstant(text: string): Instant {
  const match = TIMESTAMP.exec(text)
  if (match === null) throw notATime(text)
  const [, year, month, day, hour = '0', minute = '0', second = '0', digits, zone] = match
  const date = new Date(0)
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) throw notATime(text)
  if (digits !== undefined && FINER.test(digits)) throw tooFine(text)
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) throw notATime(text)
  date.setUTCHours(Number(hour), Number(minute), Number(second))
  const seconds = date.getTime() / 1000
  return {
    seconds: zone === undefined ? seconds : seconds - offsetOf(zone, seconds, text),
    fraction: digits === undefined ? 0 : Number(`0.${digits}`),
  }
}

/** How far local time is ahead of UTC, in seconds. */
function offsetOf(zone: string, local: number, text: string): number {
  if (zone === 'Z' || zone === 'UTC' || zone === 'GMT') return 0
  const fixed = /^([+-])(\d\d):?(\d\d)$/.exec(zone)
  if (fixed !== null) return Number(`${fixed[1]}1`) * (Number(fixed[2]) * 3600 + Number(fixed[3]) * 60)
  const offset = zones.offset(zone, local)
  if (offset === undefined) throw notATime(text)
  return offset
}

function notATime(text: string): SluiceError {
  return typeError(text, 'is no date or timestamp')
}

function tooFine(text: string): SluiceError {
  return typeError(text, 'is finer than a microsecond, and would lose digits')
}

function typeError(text: string, problem: string): SluiceError {
  const shown = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
  return new SluiceError('E_TYPE', `${shown} ${problem}`, {
    hint: "set the option timestamps to 'string' to take it as it is",
  })
}
