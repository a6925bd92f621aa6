import type { DuckDBConnection } from '@duckdb/node-api'
import { requireShape } from '../../errors.js'
import { checkOptions, type OptionShapes } from '../../usage.js'
import type { Sink } from '../contract.js'
import { openSqlTable, SQL_TABLE_OPTIONS, type SqlTableOptions } from '../sql-table.js'
import { connectDuckdb, driver } from './connection.js'

export type { SqlTableOptions } from '../sql-table.js'

/** Options of {@link duckdb}. */
export interface DuckDbOptions extends SqlTableOptions {
  /**
   * The path of a database file, created if it is missing and locked while the run writes, or a connection of the
   * program that is in no transaction; it stays open.
   */
  database: string | DuckDBConnection
}

const DUCKDB_OPTIONS: OptionShapes<DuckDbOptions> = { ...SQL_TABLE_OPTIONS, database: 'text or object' }

/**
 * Appends rows to a table of a DuckDB database, in one transaction. The table must have the columns of the rows, in
 * their order; DuckDB casts values to its types. Needs the package `@duckdb/node-api`.
 *
 * `create` makes `JSON` of arrays, maps and rows, and `VARCHAR` of unknown types.
 *
 * @example
 * await pipeline(query(sql, { database: 'sample_datasets' }), duckdb('www_access', { database: 'local.duckdb', create: true }))
 * @throws SluiceError `E_USAGE` for what is no table and no database, and for an option that is unknown or has another
 * shape; in a run `E_UNSUPPORTED` when the package is missing, `E_TYPE` for a value that cannot be cast,
 * with row and column, `E_SCHEMA` for a table with other columns, `E_LOCKED` for a database that another process has
 * open, `E_DATABASE` for anything else that DuckDB refuses.
 */
export function duckdb(table: string, options: DuckDbOptions): Sink {
  requireShape(typeof table === 'string', 'the table', 'a name')
  checkOptions(options, 'duckdb', DUCKDB_OPTIONS)
  const { database } = options
  const connects = typeof (database as DuckDBConnection | undefined)?.run === 'function'
  requireShape(typeof database === 'string' || connects, 'database', 'the path of a file or a connection')
  return {
    format: 'duckdb',
    prepare: async () => {
      await driver()
    },
    open: async (context) => openSqlTable(await connectDuckdb(options.database), table, options, context),
  }
}
