// The failure, left for the loader to read and to put into words.

/** The loader has the same numbers (src/kernel/numbers.ts), which a test compares. */
export const enum Failed {
  /** The byte 0xc1, which msgpack never uses. */
  NeverUsedByte = 1,
  /** The row is not an array; `got` is its first byte. */
  RowShape = 2,
  /** The row has `got` cells, not as many as the schema. */
  RowWidth = 3,
  LimitRow = 4,
  LimitCell = 5,
  LimitDepth = 6,
  /** The row claims `got` cells. */
  LimitColumns = 7,
  /** The value cannot be cast to the `Cast` in `got`; `textAt` and `textLength` show it. */
  Cast = 8,
  /** NaN or an infinity where the options want an error. */
  Special = 9,
  NotUtf8 = 10,
  /** Map keys that are maps or arrays again, deeper than can be quoted. */
  KeyDepth = 11,
  /** A value of tsv whose text is that for NULL. */
  ReadsAsNull = 12,
}

export class Failure {
  static kind: i32 = 0
  /** The column of the result, counted from 0; -1 when the row itself is wrong. */
  static column: i32 = -1
  static got: u64 = 0
  static textAt: usize = 0
  static textLength: usize = 0
}
