import type { Expression, Query } from '../sql/syntax.js'
import type { Dialect } from '../sql/tokens.js'
import type { QueryColumn, Scope } from './scope.js'
import type { Typed } from './typed.js'

/** A query in DuckDB's SQL; its columns are called c0, c1 and so on. */
export interface TranslatedQuery {
  readonly sql: string
  readonly columns: readonly QueryColumn[]
}

/** Calls between the parts of the translation. */
export interface Translator {
  readonly dialect: Dialect
  /** TD_SCHEDULED_TIME(), in seconds. */
  readonly scheduledTime: number
  /** The database of the job. */
  readonly schema: string
  expression(expression: Expression, scope: Scope): Typed
  query(query: Query, outer: Scope | undefined): TranslatedQuery
}
