import type { Plan } from '../../../model/plan.js'

/** Limit for the open row groups of all files of a folder together, in bytes. One file alone takes no more than 48 MiB. */
const MOST_BYTES = 48 * 1024 * 1024

/** How many bytes the open row groups of files that are written side by side take. */
export class OpenBytes {
  readonly #mostBytes: number
  #bytes = 0
  #groups = 0

  constructor(mostBytes = MOST_BYTES) {
    this.#mostBytes = mostBytes
  }

  /** A row group of `before` bytes has `now`; 0 is one that is not open. */
  change(before: number, now: number): void {
    this.#bytes += now - before
    this.#groups += Number(now > 0) - Number(before > 0)
  }

  /** Whether a row group of that many bytes is to close because all together take too many, and it is one of the larger. */
  wants(bytes: number): boolean {
    return this.#bytes > this.#mostBytes && bytes * this.#groups >= this.#bytes
  }
}

/** The files of a folder share their plan. */
const byPlan = new WeakMap<Plan, OpenBytes>()

/** State shared by the files of a plan. */
export function openBytesOf(plan: Plan): OpenBytes {
  const known = byPlan.get(plan) ?? new OpenBytes()
  byPlan.set(plan, known)
  return known
}
