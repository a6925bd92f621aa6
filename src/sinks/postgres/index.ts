import { requireShape } from '../../errors.js'
import { checkOptions, type OptionShapes } from '../../usage.js'
import type { Sink } from '../contract.js'
import {
  openSqlTable,
  SQL_TABLE_OPTIONS,
  type SqlTableOptions,
  type TableName,
  tableText,
} from '../sql-table.js'
import { assertDrivers, connectPostgres, type PostgresClient } from './connection.js'

export type { SqlTableOptions, TableName } from '../sql-table.js'
export type { PostgresClient } from './connection.js'

/** Options of {@link postgres}. */
export interface PostgresOptions extends SqlTableOptions {
  /**
   * A URL such as `postgres://user@host/database`, or a connected `Client` of the package `pg` that is in no
   * transaction; it stays open.
   *
   * @default `PGHOST`, `PGUSER`, `PGPASSWORD`, `PGDATABASE` and so on
   */
  connection?: string | PostgresClient
}

const POSTGRES_OPTIONS: OptionShapes<PostgresOptions> = { ...SQL_TABLE_OPTIONS, connection: 'text or object' }

/**
 * Appends rows to a table of PostgreSQL by `COPY`, in one transaction: other sessions see all rows or none. Columns are
 * matched by name. Needs the packages `pg` and `pg-copy-streams`.
 *
 * `create` makes `jsonb` of arrays, maps and rows, and `text` of binary data (base64, as in CSV) and of unknown types.
 *
 * @example
 * await pipeline(query(sql, { database: 'sample_datasets' }), postgres('www_access', { create: true }))
 * @throws SluiceError `E_USAGE` for what is no table, and for an option that is unknown or has another shape; in a run
 * `E_UNSUPPORTED` when a package is missing, `E_DATABASE` when the server refuses anything,
 * such as a text with a NUL character.
 */
export function postgres(table: TableName, options: PostgresOptions = {}): Sink {
  const isName = typeof table === 'string' || (Array.isArray(table) && table.length === 2)
  requireShape(
    isName && [...table].every((name) => typeof name === 'string'),
    'the table',
    'a name, or a schema and a name',
  )
  checkOptions(options, 'postgres', POSTGRES_OPTIONS)
  return {
    format: 'postgres',
    prepare: () => check(table, options),
    open: async (context) => openSqlTable(await connectPostgres(options.connection), table, options, context),
  }
}

/** A wrong address or a missing table fails here, before a job has run for an hour. */
async function check(table: TableName, options: PostgresOptions): Promise<void> {
  await assertDrivers()
  const connection = await connectPostgres(options.connection)
  try {
    if (!options.create) await connection.run(`SELECT FROM ${tableText(table)} LIMIT 0`)
  } catch (error) {
    throw connection.failure(error)
  } finally {
    await connection.close()
  }
}
