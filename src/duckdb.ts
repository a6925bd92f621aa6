/**
 * The entry point `td-sluice/duckdb`: rows into a table of a DuckDB database.
 *
 * @packageDocumentation
 */

export {
  type DuckDbOptions,
  duckdb,
  type SqlTableOptions,
  type TableMode,
  type TableName,
  type TableReceipt,
} from './sinks/duckdb/index.js'
