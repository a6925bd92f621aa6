import { requireShape, SluiceError } from '../../errors.js'
import { checkOptions, type OptionShapes } from '../../usage.js'
import type { Sink } from '../contract.js'
import { type TableName, tableText } from '../tables/names.js'
import {
  NUL_RULES,
  type NulRule,
  SQL_TABLE_OPTIONS,
  type SqlTableOptions,
  type TableAim,
  tableAim,
} from '../tables/options.js'
import { hasReceipts } from '../tables/receipts.js'
import { noSchema, openSqlTable, requireTable, requireUnique, requireWritable } from '../tables/sql-table.js'
import { literal } from './catalog.js'
import { assertDrivers, connectPostgres, type PostgresClient, type PostgresConnection } from './connection.js'

export type { TableName } from '../tables/names.js'
export type { NulRule, SqlTableOptions, TableMode } from '../tables/options.js'
export type { TableReceipt } from '../tables/receipts.js'
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
  /**
   * What to do with NUL characters in texts, which PostgreSQL cannot hold: fail with `E_TYPE`, or leave them out.
   *
   * @default 'fail'
   */
  nul?: NulRule
}

const POSTGRES_OPTIONS: OptionShapes<PostgresOptions> = {
  ...SQL_TABLE_OPTIONS,
  connection: 'text or object',
  nul: NUL_RULES,
}

/**
 * Writes rows into a table of PostgreSQL by `COPY`, in one transaction: other sessions see all rows or none. Columns are
 * matched by name. A value that its column cannot hold exactly ends the run. Needs the packages `pg` and
 * `pg-copy-streams`.
 *
 * `create` makes `jsonb` of arrays, maps and rows, and `text` of binary data (base64, as in CSV) and of unknown types.
 *
 * @example
 * await pipeline(query(sql, { database: 'sample_datasets' }), postgres('www_access', { create: true }))
 * @throws SluiceError `E_USAGE` for what is no table, and for an option that is unknown or has another shape; in a run
 * `E_USAGE` when a package is missing, `E_TYPE` for a value that the column does not hold exactly, with row and column,
 * `E_SCHEMA` for rows with other columns, `E_DATABASE` for anything else that the server refuses.
 */
export function postgres(table: TableName, options: PostgresOptions = {}): Sink {
  const isName = typeof table === 'string' || (Array.isArray(table) && table.length === 2)
  requireShape(
    isName && [...table].every((name) => typeof name === 'string'),
    'the table',
    'a name, or a schema and a name',
  )
  checkOptions(options, 'postgres', POSTGRES_OPTIONS)
  const aim = tableAim(options)
  const connect = () => connectPostgres(options.connection, options.nul)
  return {
    format: 'postgres',
    place: `the table ${tableText(table)}`,
    prepare: async () => {
      await assertDrivers()
      const connection = await connect()
      try {
        await check(connection, table, aim)
      } catch (error) {
        throw connection.failure(error)
      } finally {
        await connection.close()
      }
    },
    open: async (context) => openSqlTable(await connect(), table, aim, context),
  }
}

/** A missing table, permission or constraint fails here, before a job has run for an hour. */
async function check(connection: PostgresConnection, table: TableName, aim: TableAim) {
  const { mode, key, create, receipt } = aim
  const isThere = (await connection.columnsOf(table)) !== undefined
  if (!isThere && !create) await requireTable(connection, table)
  if (isThere) await requireWritable(connection, table, mode)
  if (!isThere || mode === 'replace') await requireSchema(connection, table)
  if (receipt !== undefined && !(await hasReceipts(connection, table))) await requireSchema(connection, table)
  if (!isThere || mode === 'replace') return
  const needed =
    mode === 'append' ? 'INSERT' : mode === 'truncate' ? 'INSERT, DELETE' : 'INSERT, UPDATE, SELECT'
  const text = tableText(table)
  for (const privilege of needed.split(', ')) {
    // Rights on the columns alone are enough, save for DELETE.
    const test = privilege === 'DELETE' ? 'has_table_privilege' : 'has_any_column_privilege'
    const [row] = await connection.ask(
      `SELECT ${test}(${literal(text)}, ${literal(privilege)})::text AS has, current_user::text AS name`,
    )
    if (row?.has === 'true') continue
    throw new SluiceError(
      'E_DATABASE',
      `the user ${row?.name} has no permission to ${privilege} on the table ${text}`,
      {
        hint: `GRANT ${needed} ON ${text} TO ${row?.name}`,
      },
    )
  }
  if (mode === 'upsert') await requireUnique(connection, table, key)
}

/** A table is to be made: in its schema, or in the first one of the search path. */
async function requireSchema({ ask }: PostgresConnection, table: TableName): Promise<void> {
  const schema = typeof table === 'string' ? 'current_schema()' : literal(table[0])
  const [row] = await ask(
    `SELECT nspname::text AS schema, has_schema_privilege(oid, 'CREATE')::text AS may, current_user::text AS name
     FROM pg_namespace WHERE nspname = ${schema}`,
  )
  if (row === undefined) throw noSchema(table)
  if (row.may === 'true') return
  throw new SluiceError(
    'E_DATABASE',
    `the user ${row.name} has no permission to make tables in the schema ${row.schema}`,
  )
}
