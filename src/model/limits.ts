/** Bounds that are checked before anything is allocated, so that hostile or damaged data cannot exhaust memory. */
export interface Limits {
  /**
   * Bytes of one msgpack row.
   *
   * @default 16 MiB
   */
  readonly rowBytes: number
  /**
   * Bytes of one text or binary cell.
   *
   * @default 16 MiB
   */
  readonly cellBytes: number
  /**
   * How deep arrays and maps may nest inside a cell.
   *
   * @default 64
   */
  readonly depth: number
  /**
   * Columns of a row.
   *
   * @default 10,000
   */
  readonly columns: number
}

const MIB = 1024 * 1024

/** The limits that hold where a program sets none. */
export const DEFAULT_LIMITS: Limits = Object.freeze({
  rowBytes: 16 * MIB,
  cellBytes: 16 * MIB,
  depth: 64,
  columns: 10_000,
})

const GIB = 1024 ** 3

/** The largest value of each limit: the kernel's sizes then stay within its 32-bit memory. */
export const LARGEST_LIMITS: Limits = { rowBytes: GIB, cellBytes: GIB, depth: 1_000_000, columns: 1_000_000 }

/** A sentence about the first limit that is wrong; `undefined` when none is. Limits left out are right. */
export function limitsProblem(limits: object): string | undefined {
  for (const [name, value] of Object.entries(limits)) {
    if (!Object.hasOwn(LARGEST_LIMITS, name)) return `there is no limit ${name}`
    const largest = LARGEST_LIMITS[name as keyof Limits]
    if (value !== undefined && (!Number.isInteger(value) || value < 1 || value > largest))
      return `the limit ${name} must be from 1 to ${largest}; it is ${value}`
  }
  return undefined
}
