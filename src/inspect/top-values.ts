import { toJson } from '../rows/json.js'
import type { Value } from '../rows/reader.js'

/** Values that are counted at a time. */
const COUNTED = 1024
/** Longest text that is kept of a value, in characters. */
const LONGEST = 200

/** A value that occurs often, as text. */
export interface TopValue {
  /** The value, cut where it is long. */
  readonly value: string
  /** How often it occurs, at least; exactly where {@link TopValues.isExact}. */
  readonly count: number
}

/** The commonest values of a column. */
export interface TopValues {
  /** Whether the counts are exact; otherwise each may be too small by `error` at most. */
  readonly isExact: boolean
  /** By how much a count may be too small. */
  readonly error: number
  /** The commonest first. */
  readonly values: readonly TopValue[]
}

/**
 * Counts the commonest values in constant memory: J. Misra and D. Gries, "Finding repeated elements" (1982). With fewer different values
 * than are counted at a time the counts are exact.
 */
export class TopCounter {
  #counts = new Map<string | number | bigint | boolean, number>()
  #error = 0

  add(value: Value): void {
    const key = keyOf(value)
    const count = this.#counts.get(key)
    if (count !== undefined) this.#counts.set(key, count + 1)
    else if (this.#counts.size < COUNTED) this.#counts.set(key, 1)
    else this.#lessen()
  }

  /** @param text how units are written */
  top(most: number, text: (units: bigint) => string = String): TopValues {
    const values = [...this.#counts]
      .sort(([, a], [, b]) => b - a)
      .slice(0, most)
      .map(([value, count]) => ({ value: typeof value === 'bigint' ? text(value) : String(value), count }))
    return { isExact: this.#error === 0, error: this.#error, values }
  }

  /** Each of the values gives one for the value that finds no room. */
  #lessen(): void {
    this.#error++
    const left = new Map<string | number | bigint | boolean, number>()
    for (const [key, count] of this.#counts) if (count > 1) left.set(key, count - 1)
    this.#counts = left
  }
}

function keyOf(value: Value): string | number | bigint | boolean {
  switch (typeof value) {
    case 'number':
    case 'bigint':
    case 'boolean':
      return value
    case 'string':
      return value.length > LONGEST ? `${value.slice(0, LONGEST - 1)}…` : value
    default:
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
      return keyOf(toJson(value))
  }
}
