/**
 * The entry point `td-sluice/duckdb`: rows into a table of a DuckDB database.
 *
 * @packageDocumentation
 */

export { type DuckDbOptions, duckdb } from './sinks/duckdb/index.js'
