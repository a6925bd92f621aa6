/**
 * Whole msgpack rows: the one currency between stages that care about row boundaries. Each row is one msgpack
 * array as wide as the schema, validated; rows lie back to back, about 256 KiB to 1 MiB of them.
 *
 * A block belongs to its receiver. Its bytes are never changed or reused by the stage that made it.
 */
export interface RowBlock {
  /** The rows, back to back. */
  readonly bytes: Uint8Array
  /** How many rows `bytes` holds, at least 1. */
  readonly rows: number
  /** The number of its first row in the whole result, counted from 0. */
  readonly firstRow: number
}
