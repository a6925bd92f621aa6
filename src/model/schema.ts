/**
 * A SQL type of Trino, Presto or Hive, parsed. `unknown` keeps what could not be understood: such a column is
 * passed through by value. Hive's `string` and TD's `long` appear as `varchar` and `bigint`.
 */
export type SqlType =
  | {
      readonly kind:
        | 'boolean'
        | 'real'
        | 'double'
        | 'date'
        | 'varbinary'
        | 'json'
        | 'uuid'
        | 'ipaddress'
        | 'null'
    }
  | { readonly kind: 'tinyint' | 'smallint' | 'integer' | 'bigint' }
  | { readonly kind: 'varchar' | 'char'; readonly length?: number }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'time' | 'timestamp'; readonly precision?: number; readonly withTimeZone: boolean }
  | { readonly kind: 'interval'; readonly unit: string }
  | { readonly kind: 'array'; readonly element: SqlType }
  | { readonly kind: 'map'; readonly key: SqlType; readonly value: SqlType }
  | { readonly kind: 'row'; readonly fields: readonly RowField[] }
  | { readonly kind: 'unknown'; readonly text: string }

/** A field of a SQL `row` or Hive `struct`; Trino allows fields without a name. */
export interface RowField {
  readonly name: string | null
  readonly type: SqlType
}

/** One column of a result. */
export interface Column {
  /** As the job record has it; duplicates and the empty string are possible. */
  readonly name: string
  readonly type: SqlType
  /** The type's text as the job record has it, such as `varchar(32)`. */
  readonly typeText: string
}

/** The ordered columns of a result, parsed from `hive_result_schema`. */
export interface ResultSchema {
  readonly columns: readonly Column[]
  /** Whether the names and types come from the job record, or were made up as `_col0`, `_col1`, … */
  readonly inferred: boolean
}
