import { messageOf, SluiceError } from '../../errors.js'
import { quoted, type SqlConnection, type TableName, tableText } from '../sql-table.js'
import { CopyRows, type CopyStream } from './copy-rows.js'
import { postgresType } from './types.js'

/** The part of a connected `Client` of the package `pg` that is used. A pool does not have it. */
export interface PostgresClient {
  /** Runs a statement. */
  query(text: string): Promise<{ rows: unknown[] }>
  /** Starts a `COPY`. */
  // biome-ignore lint/suspicious/noExplicitAny: pg has overloads that nothing narrower is compatible with
  query(submittable: any): any
}

/**
 * Connects by a URL, by `PGHOST`, `PGDATABASE` and so on where none is given, or takes a client of the program, which
 * then stays open.
 *
 * @throws SluiceError `E_UNSUPPORTED` when the package `pg` is not installed, `E_DATABASE` when the server does not
 * accept the connection.
 */
export async function connectPostgres(
  connection: string | PostgresClient | undefined,
): Promise<SqlConnection<TableName>> {
  if (typeof connection === 'object') return connectionOf(connection, async () => {})
  const { Client } = (await driver('pg', () => import('pg'))).default
  const client = new Client(connection === undefined ? {} : { connectionString: connection })
  // What ends the connection also fails the query under way, which reports it.
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    throw databaseError(error)
  }
  return connectionOf(client, () => client.end())
}

function connectionOf(client: PostgresClient, close: () => Promise<void>): SqlConnection<TableName> {
  return {
    emptyStatement: 'TRUNCATE',
    columnType: postgresType,
    run: (statement) => client.query(statement),
    openRows: async (table, columns, context) => {
      const { from } = await driver('pg-copy-streams', () => import('pg-copy-streams'))
      const names = columns.map(quoted).join(', ')
      const statement = `COPY ${tableText(table)} (${names}) FROM STDIN (ENCODING 'UTF8')`
      const copy: CopyStream = client.query(from(statement))
      return new CopyRows(copy, context, databaseError)
    },
    failure: databaseError,
    close,
  }
}

/** @throws SluiceError `E_UNSUPPORTED` when a driver is not installed. */
export async function assertDrivers(): Promise<void> {
  await driver('pg', () => import('pg'))
  await driver('pg-copy-streams', () => import('pg-copy-streams'))
}

async function driver<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    throw new SluiceError('E_UNSUPPORTED', `the package ${name} is not installed`, {
      cause,
      hint: 'npm install pg pg-copy-streams',
    })
  }
}

/** The error of the server or the connection. `where` of a failed COPY names line and column. */
function databaseError(error: unknown): SluiceError {
  if (error instanceof SluiceError) return error
  const { where } = error as { where?: string }
  const place = where === undefined ? '' : ` (${where.split('\n')[0]})`
  return new SluiceError('E_DATABASE', `PostgreSQL: ${messageOf(error)}${place}`, { cause: error })
}
