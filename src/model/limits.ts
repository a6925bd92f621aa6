/** Bounds that are checked before anything is allocated, so that hostile or damaged data cannot exhaust memory. */
export interface Limits {
  /** Bytes of one msgpack row. Default 16 MiB. */
  readonly rowBytes: number
  /** Bytes of one text or binary cell. Default 16 MiB. */
  readonly cellBytes: number
  /** How deep arrays and maps may nest inside a cell. Default 64. */
  readonly depth: number
  /** Columns of a row. Default 10,000. */
  readonly columns: number
}

const MIB = 1024 * 1024

export const DEFAULT_LIMITS: Limits = Object.freeze({
  rowBytes: 16 * MIB,
  cellBytes: 16 * MIB,
  depth: 64,
  columns: 10_000,
})
