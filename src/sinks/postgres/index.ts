import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import { SluiceError } from '../../errors.js'
import { createEncoder } from '../../kernel/encoder.js'
import type { OpenSink, Sink, SinkContext, SinkResult } from '../contract.js'
import { EncodeStream } from '../formats/rows/encode-stream.js'
import {
  assertDrivers,
  type Connection,
  type CopyStream,
  connect,
  copyInto,
  databaseError,
  type PostgresClient,
} from './connection.js'
import { columnNames, createTable, quoted, type TableName, tableText } from './table.js'

export type { PostgresClient } from './connection.js'
export type { TableName } from './table.js'

export interface PostgresOptions {
  /**
   * A URL such as `postgres://user@host/database`, or a connected `Client` of the package `pg` that is in no
   * transaction and stays open. Default: what `PGHOST`, `PGUSER`, `PGPASSWORD`, `PGDATABASE` and so on say.
   */
  connection?: string | PostgresClient
  /** Create the table where it is missing, with columns typed by the schema. Default false. */
  create?: boolean
  /** Remove all rows that are in the table, in the same transaction. Default false. */
  truncate?: boolean
}

/**
 * Appends rows to a table of PostgreSQL by `COPY`, in one transaction: other sessions see all rows, or none.
 * Columns are matched by name. It needs the packages `pg` and `pg-copy-streams`.
 *
 * `create` makes `jsonb` of arrays, maps and rows, and `text` of binary data (base64, as in CSV) and of unknown types.
 *
 * @throws SluiceError `E_UNSUPPORTED` without those packages; in a run `E_DATABASE` for what the server refuses, which
 * a text with a NUL character is too.
 */
export function postgres(table: TableName, options: PostgresOptions = {}): Sink {
  return {
    format: 'postgres',
    prepare: () => check(table, options),
    open: async (context) => {
      const connection = await connect(options.connection)
      try {
        const copy = await begin(connection, table, options, context)
        return new OpenPostgres(connection, copy, context)
      } catch (error) {
        await connection.client.query('ROLLBACK').catch(() => {})
        await connection.close()
        throw databaseError(error)
      }
    },
  }
}

/** A wrong address or a missing table should be known before a job has run for an hour. */
async function check(table: TableName, options: PostgresOptions): Promise<void> {
  await assertDrivers()
  const { client, close } = await connect(options.connection)
  try {
    if (!options.create) await client.query(`SELECT FROM ${tableText(table)} LIMIT 0`)
  } catch (error) {
    throw databaseError(error)
  } finally {
    await close()
  }
}

async function begin(
  { client }: Connection,
  table: TableName,
  options: PostgresOptions,
  { plan }: SinkContext,
): Promise<CopyStream> {
  await client.query('BEGIN')
  if (options.create) await client.query(createTable(table, plan))
  if (options.truncate) await client.query(`TRUNCATE ${tableText(table)}`)
  const columns = columnNames(plan).map(quoted).join(', ')
  return copyInto(client, `COPY ${tableText(table)} (${columns}) FROM STDIN (ENCODING 'UTF8')`)
}

class OpenPostgres implements OpenSink {
  readonly input: EncodeStream
  readonly copiesInput = true
  readonly #connection: Connection
  readonly #copy: CopyStream
  readonly #context: SinkContext
  readonly #written: Promise<void>
  #bytes = 0
  #ended = false

  constructor(connection: Connection, copy: CopyStream, context: SinkContext) {
    this.#connection = connection
    this.#copy = copy
    this.#context = context
    // The TSV encoder writes the text format of COPY: tab, newline and backslash escaped, NULL as \N.
    const spec = { format: 'tsv', header: false, limits: context.limits } as const
    this.input = new EncodeStream(createEncoder(spec, context.plan), context.limitReached)
    this.#written = this.#copyRows()
    this.#written.catch(() => {})
  }

  get rows(): number {
    return this.input.rows
  }

  /**
   * `stream.pipeline` would end the input with what the driver says, before that is put into the words of
   * this sink.
   */
  async #copyRows(): Promise<void> {
    const copy = this.#copy
    const copied = finished(copy).catch((error) => {
      const failure = databaseError(error)
      this.input.destroy(failure)
      throw failure
    })
    copied.catch(() => {})
    for await (const chunk of this.input) {
      this.#bytes += chunk.byteLength
      if (!copy.write(chunk)) await Promise.race([once(copy, 'drain').catch(() => copied), copied])
    }
    copy.end()
    await copied
  }

  async commit(): Promise<SinkResult> {
    await this.#written
    const { rowCount } = this.#copy
    if (rowCount !== this.rows) {
      throw new SluiceError('E_DATABASE', `PostgreSQL took ${rowCount} rows, ${this.rows} were sent`)
    }
    await this.#context.beforePublish?.()
    try {
      await this.#connection.client.query('COMMIT')
    } catch (error) {
      throw databaseError(error)
    }
    this.#ended = true
    await this.#connection.close()
    return { path: undefined, bytesOut: this.#bytes, replacedTexts: this.input.replacedTexts }
  }

  async discard(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    this.input.destroy()
    this.#copy.destroy()
    await this.#written.catch(() => {})
    await this.#connection.client.query('ROLLBACK').catch(() => {})
    await this.#connection.close().catch(() => {})
  }
}
