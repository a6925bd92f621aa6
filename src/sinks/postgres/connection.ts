import { SluiceError } from '../../errors.js'
import { namesOfPackage } from '../../package-names.js'
import { targetSecrets } from '../../secrets/export-target.js'
import { redact } from '../../secrets/secret.js'
import type { SinkContext } from '../contract.js'
import { notInstalled } from '../not-installed.js'
import { cellsFor } from '../tables/cells-for.js'
import { quoted, tableText } from '../tables/names.js'
import type { NulRule } from '../tables/options.js'
import type { RowsInto, SqlConnection } from '../tables/sql-connection.js'
import { type Ask, columnsOf, literal, refusalOf, uniqueKeys } from './catalog.js'
import { commit, type Inquiry } from './commit.js'
import { CopyRows, type CopyStream } from './copy-rows.js'
import { databaseError } from './database-error.js'
import { withoutNul } from './nul.js'
import { postgresType } from './types.js'

/** The part of a connected `Client` of the package `pg` that is used. A pool does not have it. */
export interface PostgresClient {
  /** Runs a statement. */
  query(text: string): Promise<{ rows: unknown[] }>
  /** Starts a `COPY`. */
  // biome-ignore lint/suspicious/noExplicitAny: pg has overloads that nothing narrower is compatible with
  query(submittable: any): any
}

/** A connection of PostgreSQL, which can be asked for more than others. */
export interface PostgresConnection extends SqlConnection {
  readonly ask: Ask
}

/**
 * Connects by a URL, by `PGHOST`, `PGDATABASE` and so on where none is given, or takes a client of the program, which
 * then stays open.
 *
 * @throws SluiceError `E_UNSUPPORTED` when the package `pg` is not installed, `E_DATABASE` when the server does not
 * accept the connection, `E_DATABASE_BUSY` when it takes none at the moment.
 */
export async function connectPostgres(
  connection: string | PostgresClient | undefined,
  nul: NulRule = 'fail',
): Promise<PostgresConnection> {
  if (typeof connection === 'object') return connectionOf(connection, nul, [])
  const { Client } = await pg()
  const secrets = connection === undefined ? [] : passwordsOf(connection)
  try {
    const client = new Client(connection === undefined ? {} : { connectionString: connection })
    // A failure of the connection also fails the query under way, which reports it.
    client.on('error', () => {})
    await client.connect()
    const { stream } = (client as unknown as { connection: { stream: { destroy(): void } } }).connection
    return connectionOf(client, nul, secrets, {
      interrupt: () => stream.destroy(),
      close: () => client.end(),
      inquire: () => connectPostgres(connection),
    })
  } catch (error) {
    throw hidden(databaseError(error), secrets)
  }
}

interface OwnConnection extends Pick<SqlConnection, 'interrupt' | 'close'> {
  /** Makes another connection to the same database. */
  readonly inquire?: () => Promise<Inquiry>
}

const PROGRAMS_OWN = { interrupt: () => {}, close: async () => {} }

function connectionOf(
  client: PostgresClient,
  nul: NulRule,
  secrets: readonly string[],
  { interrupt, close, inquire }: OwnConnection = PROGRAMS_OWN,
): PostgresConnection {
  const ask: Ask = async (query) => (await client.query(query)).rows as Record<string, string | null>[]
  const failure = (error: unknown) => hidden(databaseError(error), secrets)
  const run = async (statement: string) => ((await client.query(statement)) as { command?: string }).command
  return {
    // TRUNCATE would let readers wait until the end, and those of an older snapshot see an empty table. The lock lets them
    // read, and keeps a second run of this kind from adding its rows to these.
    emptyTable: (table) => [`LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`, `DELETE FROM ${table}`],
    columnType: postgresType,
    keepsReplaced: true,
    scratchTable: (name, select) =>
      `CREATE TEMPORARY TABLE ${quoted(name)} ON COMMIT DROP AS ${select} WITH NO DATA`,
    ask,
    run,
    columnsOf: (table) => columnsOf(ask, table),
    refusal: (table, use) => refusalOf(ask, table, use),
    uniqueKeys: (table) => uniqueKeys(ask, table),
    literal,
    firstRow: async (query) => {
      const [row] = await ask(query)
      return row && Object.values(row)
    },
    openRows: (into, context) => openCopy(client, into, { nul, failure }, context),
    beforeCommit: ['SET CONSTRAINTS ALL IMMEDIATE'],
    commit: () => commit(run, ask, inquire),
    failure,
    interrupt,
    close,
  }
}

async function openCopy(
  client: PostgresClient,
  { table, columns, numberColumn }: RowsInto,
  { nul, failure }: { nul: NulRule; failure: (error: unknown) => SluiceError },
  context: SinkContext,
): Promise<CopyRows> {
  const { from } = await copyStreams()
  const names = columns.map(({ name }) => name)
  const list = [...names, ...(numberColumn === undefined ? [] : [numberColumn])].map(quoted).join(', ')
  const copy: CopyStream = client.query(
    from(`COPY ${tableText(table)} (${list}) FROM STDIN (ENCODING 'UTF8')`),
  )
  const cells = columns.map((column, i) => {
    const toCell = cellsFor(column.holds, context.plan.columns[i]!.type)
    return { column, toCell: withoutNul(toCell, column.holds, nul) }
  })
  return new CopyRows(copy, cells, numberColumn !== undefined, context, failure)
}

/** @throws SluiceError `E_UNSUPPORTED` when a driver is not installed. */
export async function assertDrivers(): Promise<void> {
  await pg()
  await copyStreams()
}

const PACKAGES = 'pg pg-copy-streams'

// A bundler of a program lets a package be missing only where its import itself is tried.

async function pg() {
  try {
    return namesOfPackage(await import('pg'))
  } catch (cause) {
    throw notInstalled('pg', PACKAGES, cause)
  }
}

async function copyStreams() {
  try {
    return namesOfPackage(await import('pg-copy-streams'))
  } catch (cause) {
    throw notInstalled('pg-copy-streams', PACKAGES, cause)
  }
}

/** The password of a URL; of what is no URL, all that may be one. */
function passwordsOf(url: string): string[] {
  try {
    const { password, searchParams } = new URL(url)
    const given = [password, decodeURIComponent(password), searchParams.get('password') ?? '']
    return given.filter((text) => text !== '')
  } catch {
    return targetSecrets(url)
  }
}

/** Without what the URL of the connection has that opens it. The driver's own error may have it as well. */
function hidden(error: SluiceError, secrets: readonly string[]): SluiceError {
  const message = redact(error.message, secrets)
  return message === error.message ? error : new SluiceError(error.code, message, { hint: error.hint })
}
