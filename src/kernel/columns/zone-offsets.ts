/** What `NO_OFFSET` in assembly/columns/host.ts is. */
export const NO_OFFSET = -0x80000000

const SLOT_SECONDS = 900
const DAY_SECONDS = 86_400
const CACHED_SLOTS = 100_000

/** Finds how far the clocks of a region were ahead of UTC, by the time zone data that Node brings. */
export class ZoneOffsets {
  readonly #clocks = new Map<string, Intl.DateTimeFormat | undefined>()
  readonly #slots = new Map<string, number | undefined>()

  /**
   * Seconds ahead of UTC when the clocks show `clockSeconds` (since 1970-01-01 of that clock). Where they show a time
   * twice, the first one is meant, as Java has it. `undefined` for a region that is not known, and for a time that
   * its clocks skipped.
   */
  offset(zone: string, clockSeconds: number): number | undefined {
    const clock = this.#clock(zone)
    if (clock === undefined) return undefined
    const slot = Math.floor(clockSeconds / SLOT_SECONDS)
    const key = `${zone} ${slot}`
    if (this.#slots.has(key)) return this.#slots.get(key)
    // Clocks change at quarters of an hour, at least since there are rules for it; where not, nothing is kept.
    const first = resolve(clock, slot * SLOT_SECONDS)
    const last = resolve(clock, slot * SLOT_SECONDS + SLOT_SECONDS - 1)
    if (first !== last) return resolve(clock, clockSeconds)
    if (this.#slots.size >= CACHED_SLOTS) this.#slots.clear()
    this.#slots.set(key, first)
    return first
  }

  #clock(zone: string): Intl.DateTimeFormat | undefined {
    if (!this.#clocks.has(zone)) this.#clocks.set(zone, openClock(zone))
    return this.#clocks.get(zone)
  }
}

function openClock(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    return undefined
  }
}

function resolve(clock: Intl.DateTimeFormat, clockSeconds: number): number | undefined {
  const before = offsetAt(clock, clockSeconds - DAY_SECONDS)
  if (offsetAt(clock, clockSeconds - before) === before) return before
  const after = offsetAt(clock, clockSeconds + DAY_SECONDS)
  return offsetAt(clock, clockSeconds - after) === after ? after : undefined
}

/** The offset at an instant, in seconds; NaN for one that `Date` cannot hold. */
function offsetAt(clock: Intl.DateTimeFormat, instant: number): number {
  const date = new Date(instant * 1000)
  if (Number.isNaN(date.getTime())) return Number.NaN
  const parts = Object.fromEntries(clock.formatToParts(date).map(({ type, value }) => [type, value]))
  const year = parts.era?.startsWith('B') ? 1 - Number(parts.year) : Number(parts.year)
  const shown = new Date(0)
  shown.setUTCFullYear(year, Number(parts.month) - 1, Number(parts.day))
  shown.setUTCHours(Number(parts.hour), Number(parts.minute), Number(parts.second))
  return shown.getTime() / 1000 - Math.floor(instant)
}
