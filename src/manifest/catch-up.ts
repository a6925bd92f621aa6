import { periodStart, type Schedule } from './schedule.js'
import type { StateFile } from './state-file.js'
import { utcTime } from './time-text.js'
import type { Zone } from './zone.js'

/** How many scheduled times back `catch_up: true` looks. */
export const CATCH_UP_TIMES = 31

/** Scheduled times that earlier starts left undone. */
export interface CatchUp {
  /** Scheduled times with a missed export, oldest first, and the present one. */
  readonly times: readonly number[]
  /** Whether an export is missing at a time before the present one. */
  isMissed(name: string, time: number): boolean
  /** The latest time further back than was looked for which an export is missing. */
  readonly leftOut: number | undefined
}

/**
 * Finds the exports of the last `limit` scheduled times before `present` that are not complete. One is missed only after a
 * time of its own that the state knows: what was added to the manifest yesterday was not missed last week.
 */
export function catchUp(
  state: StateFile,
  names: readonly string[],
  present: number,
  limit: number,
  { schedule, timezone: zone }: { readonly schedule: Schedule; readonly timezone: Zone },
): CatchUp {
  const firsts = new Map<string, number>()
  for (const name of names) {
    const known = [...state.history(name).keys()].map((time) => Date.parse(time))
    if (known.length > 0) firsts.set(name, Math.min(...known))
  }
  const isMissed = (name: string, time: number) => {
    const first = firsts.get(name)
    if (first === undefined || time < first) return false
    return (state.entry(name, utcTime(time))?.complete ?? null) === null
  }
  const isMissing = (time: number) => names.some((name) => isMissed(name, time))
  const before: number[] = []
  let at = periodStart(present - 1, schedule, zone)
  for (; before.length < limit; at = periodStart(at - 1, schedule, zone)) before.unshift(at)
  return {
    times: [...before.filter(isMissing), present],
    isMissed,
    leftOut: isMissing(at) ? at : undefined,
  }
}
