import type { Writable } from 'node:stream'
import { messageOf, SluiceError } from '../../errors.js'

/** What is used of a `Client` of the package `pg`: one that is connected, and not a pool. */
export interface PostgresClient {
  query(text: string): Promise<{ rows: unknown[] }>
  // biome-ignore lint/suspicious/noExplicitAny: pg has overloads that nothing narrower is compatible with
  query(submittable: any): any
}

/** A client, and whether it is ours to close. */
export interface Connection {
  readonly client: PostgresClient
  close(): Promise<void>
}

/** The stream of `pg-copy-streams`, with the number of rows that the server took. */
export type CopyStream = Writable & { readonly rowCount: number }

/** A URL, a client of the program, or nothing: then `PGHOST`, `PGDATABASE` and so on say where. Throws `E_DATABASE`. */
export async function connect(connection: string | PostgresClient | undefined): Promise<Connection> {
  if (typeof connection === 'object') return { client: connection, close: async () => {} }
  const { Client } = (await driver('pg', () => import('pg'))).default
  const client = new Client(connection === undefined ? {} : { connectionString: connection })
  // What ends the connection also fails the query under way, which reports it.
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    throw databaseError(error)
  }
  return { client, close: () => client.end() }
}

/** Starts `COPY … FROM STDIN`. */
export async function copyInto(client: PostgresClient, statement: string): Promise<CopyStream> {
  const { from } = await driver('pg-copy-streams', () => import('pg-copy-streams'))
  return client.query(from(statement))
}

/** Finds out whether the drivers are installed. Throws `E_UNSUPPORTED`. */
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

/** What the server or the connection reports. `where` of a failed COPY names line and column. */
export function databaseError(error: unknown): SluiceError {
  if (error instanceof SluiceError) return error
  const { where } = error as { where?: string }
  const place = where === undefined ? '' : ` (${where.split('\n')[0]})`
  return new SluiceError('E_DATABASE', `PostgreSQL: ${messageOf(error)}${place}`, { cause: error })
}
