import { zoneOffset } from '../model/zone-offset.js'

/** What `NO_OFFSET` in assembly/columns/host.ts is. */
export const NO_OFFSET = -0x80000000

const SLOT_SECONDS = 900
const DAY_SECONDS = 86_400
const CACHED_SLOTS = 100_000

/** Seconds ahead of UTC at an instant, in seconds since 1970. */
type OffsetAt = (instant: number) => number

/** Finds how far the clocks of a region were ahead of UTC, by the time zone data that Node brings. */
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
