import { ROW_READ_OPTIONS, type RowReadOptions, type Value } from '../rows/reader.js'
import type { StandardSchema } from '../transforms/validate.js'
import type { OptionShapes } from '../usage.js'
import { PIPELINE_OPTIONS, type PipelineOptions } from './run.js'
import type { Transform } from './shape.js'

/** How rows are made from a result. */
export interface RowsOptions extends RowReadOptions {
  /** Applied in order, as in `pipeline`. */
  transforms?: readonly Transform[]
  /**
   * A schema of zod, valibot, arktype or any other library that speaks Standard Schema. Rows are what it returns; one
   * that it refuses ends the loop with `E_TYPE`, whose message names row and column.
   */
  validate?: StandardSchema
}

/** Options of `rows`, `batches` and `toReadable`. */
export interface IterateOptions extends PipelineOptions, RowsOptions {}

export const ROWS_OPTIONS: OptionShapes<RowsOptions> = {
  ...ROW_READ_OPTIONS,
  transforms: 'transforms',
  validate: 'row schema',
}
export const ITERATE_OPTIONS: OptionShapes<IterateOptions> = { ...PIPELINE_OPTIONS, ...ROWS_OPTIONS }

/** Type of a cell under the options: a `bigint` only with `int64: 'bigint'`. */
export type CellOf<O> = Value<
  'int64' extends keyof O ? ('bigint' extends O['int64'] ? bigint : never) : never
>

/** A row under the options: an array of cells with `shape: 'array'`. */
export type RowOf<O> = O extends { shape: 'array' } ? CellOf<O>[] : Record<string, CellOf<O>>
