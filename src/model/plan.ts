import type { CastTarget } from './casts.js'
import type { ResultSchema, SqlType } from './schema.js'

/** One column of the output. */
export interface PlanColumn {
  /** Which column of the result it is, counted from 0. */
  readonly source: number
  /** Its name in the output. */
  readonly name: string
  /** Its type in the output: the schema's, or the cast's. */
  readonly type: SqlType
  /** Target type of its values, if they are cast. */
  readonly cast?: CastTarget
}

/**
 * The columns of the output: built once from the schema before any data flows. `select`, `exclude`, `rename`, `cast` and
 * `limit` only edit the plan, so they cost nothing per row.
 */
export interface Plan {
  /** The schema of the result, all of its columns. */
  readonly schema: ResultSchema
  /** The columns that go out, in their order. */
  readonly columns: readonly PlanColumn[]
  /** Stop after this many rows. */
  readonly limit?: number
}
