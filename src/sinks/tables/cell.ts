import type { Value } from '../../rows/values.js'

/** A value that only the module of its database reads. */
export interface OwnCell {
  readonly own: unknown
}

/** A value as it is given to a database, which holds it exactly. */
export type TableCell = string | number | bigint | boolean | Uint8Array | OwnCell

/** A value of a result that is not NULL. */
export type Given = Exclude<Value, null>

/** The cell for a value; `undefined` where the column cannot hold it exactly. */
export type ToCell = (value: Given) => TableCell | undefined
