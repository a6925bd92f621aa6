import { existsSync } from 'node:fs'
import type { DuckDBConnection } from '@duckdb/node-api'
import { requireShape, SluiceError } from '../../errors.js'
import { checkOptions, type OptionShapes } from '../../usage.js'
import type { Sink } from '../contract.js'
import { type TableName, tableText } from '../tables/names.js'
import { SQL_TABLE_OPTIONS, type SqlTableOptions, type TableAim, tableAim } from '../tables/options.js'
import type { SqlConnection } from '../tables/sql-connection.js'
import { noSchema, openSqlTable, requireTable, requireUnique, requireWritable } from '../tables/sql-table.js'
import { targetOf } from '../targets/index.js'
import { connectDuckdb, driver } from './connection.js'

export type { TableName } from '../tables/names.js'
export type { SqlTableOptions, TableMode } from '../tables/options.js'
export type { TableReceipt } from '../tables/receipts.js'

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
 * Writes rows into a table of a DuckDB database, in one transaction. The table must have the columns of the rows, in
 * their order. A value that its column cannot hold exactly ends the run. Needs the package `@duckdb/node-api`.
 *
 * `create` makes lists, maps and structs of arrays, maps and rows, and `VARCHAR` of unknown types.
 *
 * @example
 * await pipeline(query(sql, { database: 'sample_datasets' }), duckdb('www_access', { database: 'local.duckdb', create: true }))
 * @throws SluiceError `E_USAGE` for what is no table and no database, and for an option that is unknown or has another
 * shape; in a run `E_USAGE` when the package is missing, `E_TYPE` for a value that the column does not hold exactly,
 * with row and column, `E_SCHEMA` for a table with other columns, `E_LOCKED` for a database that another process has
 * open, `E_DATABASE` for anything else that DuckDB refuses.
 */
export function duckdb(table: TableName, options: DuckDbOptions): Sink {
  const isName = typeof table === 'string' || (Array.isArray(table) && table.length === 2)
  requireShape(
    isName && [...table].every((name) => typeof name === 'string'),
    'the table',
    'a name, or a schema and a name',
  )
  checkOptions(options, 'duckdb', DUCKDB_OPTIONS)
  const { database } = options
  const connects = typeof (database as DuckDBConnection | undefined)?.run === 'function'
  requireShape(typeof database === 'string' || connects, 'database', 'the path of a file or a connection')
  const aim = tableAim(options)
  return {
    format: 'duckdb',
    place: `the table ${tableText(table)}`,
    prepare: async () => {
      await driver()
      await check(database, table, aim)
    },
    open: async (context) => openSqlTable(await connectDuckdb(database), table, aim, context),
  }
}

/** A database that is locked, and a missing table or schema, fail here, before a job has run for an hour. */
async function check(database: string | DuckDBConnection, table: TableName, { mode, key, create }: TableAim) {
  if (typeof database === 'string' && database !== ':memory:' && !existsSync(database)) {
    // Connecting would make the file.
    await targetOf(database).prepare()
    if (create && typeof table !== 'string' && table[0].toLowerCase() !== 'main') throw noSchema(table)
    if (create) return
    throw new SluiceError('E_DATABASE', `there is no database ${database}`, {
      hint: 'check its path, or have it made with the table: create: true',
    })
  }
  const connection = await connectDuckdb(database)
  try {
    const isThere = (await connection.columnsOf(table)) !== undefined
    if (!isThere && !create) await requireTable(connection, table)
    if (!isThere) await requireSchema(connection, table)
    if (isThere) await requireWritable(connection, table, mode)
    if (isThere && mode === 'upsert') await requireUnique(connection, table, key)
  } catch (error) {
    throw connection.failure(error)
  } finally {
    await connection.close()
  }
}

/** A table is to be made: in its schema, as there always is a first one. */
async function requireSchema({ firstRow, literal }: SqlConnection, table: TableName): Promise<void> {
  if (typeof table === 'string') return
  const found = await firstRow(
    `SELECT 1 FROM information_schema.schemata
     WHERE lower(schema_name) = lower(${literal(table[0])}) AND catalog_name = current_database()`,
  )
  if (found === undefined) throw noSchema(table)
}
