import { existsSync } from 'node:fs'
import { SluiceError } from '../../errors.js'
import type { OpenSink, Sink } from '../contract.js'
import type { TableDestination } from './destination.js'
import { type NulRule, type SqlTableOptions, tableAim } from './options.js'
import { type HeldReceipt, readTableReceipt } from './receipts.js'

/** Options of a table that a URL names. */
export interface NamedTableOptions extends Pick<SqlTableOptions, 'mode' | 'key' | 'receipt'> {
  /** For PostgreSQL: see `PostgresOptions`. */
  nul?: NulRule
}

/**
 * The sink that writes to it; a missing table is made. The driver is imported when it is needed.
 *
 * @throws SluiceError `E_USAGE` for options that do not go together, and for one that the database does not have.
 */
export function namedTable(destination: TableDestination, { nul, ...options }: NamedTableOptions): Sink {
  const { database, name, table, connection } = destination
  tableAim(options)
  if (database === 'duckdb' && nul !== undefined) {
    throw new SluiceError('E_USAGE', 'nul is for PostgreSQL: DuckDB holds NUL characters')
  }
  const load = async (): Promise<Sink> => {
    const settings = { ...options, create: true }
    if (database === 'duckdb') {
      const { duckdb } = await import('../duckdb/index.js')
      return duckdb(table, { ...settings, database: connection!.reveal() })
    }
    const { postgres } = await import('../postgres/index.js')
    return postgres(table, {
      ...settings,
      ...(connection && { connection: connection.reveal() }),
      ...(nul && { nul }),
    })
  }
  return {
    format: database,
    place: name,
    prepare: async () => (await load()).prepare?.(),
    open: async (context) => withName(await (await load()).open(context), name),
  }
}

/** Its result has the name of the table. */
function withName(sink: OpenSink, table: string): OpenSink {
  return {
    input: sink.input,
    copiesInput: sink.copiesInput ?? false,
    get rows() {
      return sink.rows
    },
    commit: async () => ({ ...(await sink.commit()), table }),
    discard: () => sink.discard(),
  }
}

/** The receipt of rows that were appended to a table; none where there is no database yet. */
export async function receiptIn(
  { database, table, connection, file }: TableDestination,
  name: string,
): Promise<HeldReceipt | undefined> {
  if (file !== undefined && !existsSync(file)) return undefined
  const open =
    database === 'duckdb'
      ? (await import('../duckdb/connection.js')).connectDuckdb(file!)
      : (await import('../postgres/connection.js')).connectPostgres(connection?.reveal())
  const connected = await open
  try {
    return await readTableReceipt(connected, table, name)
  } catch (error) {
    throw connected.failure(error)
  } finally {
    await connected.close()
  }
}
