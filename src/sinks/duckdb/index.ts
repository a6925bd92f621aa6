import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api'
import { messageOf, SluiceError } from '../../errors.js'
import type { Value } from '../../rows/reader.js'
import { assertFinished } from '../assert-finished.js'
import type { OpenSink, Sink, SinkContext, SinkResult } from '../contract.js'
import { RowInput } from '../row-input.js'
import { appendersFor, appendRows } from './append.js'
import { columnNames, createTable, quoted } from './table.js'

export interface DuckDbOptions {
  /**
   * The path of a database file, which is created where it is missing and locked while the run writes, or a connection
   * of the program that is in no transaction and stays open.
   */
  database: string | DuckDBConnection
  /** Create the table where it is missing, with columns typed by the schema. Default false. */
  create?: boolean
  /** Remove all rows that are in the table, in the same transaction. Default false. */
  truncate?: boolean
}

/**
 * Appends rows to a table of a DuckDB database, in one transaction. The table must have the columns of the rows, in
 * their order; DuckDB casts values to its types. It needs the package `@duckdb/node-api`.
 *
 * `create` makes `JSON` of arrays, maps and rows, and `VARCHAR` of unknown types.
 *
 * @throws SluiceError `E_UNSUPPORTED` without that package; in a run `E_TYPE` for a value that cannot be cast, with row
 * and column, `E_SCHEMA` for a table with other columns, `E_LOCKED` for a database that another process has open,
 * `E_DATABASE` for anything else that DuckDB refuses.
 */
export function duckdb(table: string, options: DuckDbOptions): Sink {
  return {
    format: 'duckdb',
    prepare: async () => {
      await driver()
    },
    open: async (context) => {
      const { connection, close } = await connect(options.database)
      try {
        return await begin(table, options, { connection, close }, context)
      } catch (error) {
        await connection.run('ROLLBACK').catch(() => {})
        close()
        throw databaseError(error)
      }
    },
  }
}

interface Connection {
  readonly connection: DuckDBConnection
  /** Gives the database free, unless it is the program's. */
  close(): void
}

async function driver() {
  try {
    return await import('@duckdb/node-api')
  } catch (cause) {
    throw new SluiceError('E_UNSUPPORTED', 'the package @duckdb/node-api is not installed', {
      cause,
      hint: 'npm install @duckdb/node-api',
    })
  }
}

async function connect(database: string | DuckDBConnection): Promise<Connection> {
  if (typeof database !== 'string') return { connection: database, close: () => {} }
  const { DuckDBInstance } = await driver()
  try {
    const instance = await DuckDBInstance.create(database)
    const connection = await instance.connect()
    const close = () => {
      connection.closeSync()
      instance.closeSync()
    }
    return { connection, close }
  } catch (error) {
    throw databaseError(error)
  }
}

async function begin(
  table: string,
  options: DuckDbOptions,
  { connection, close }: Connection,
  context: SinkContext,
): Promise<OpenSink> {
  await connection.run('BEGIN TRANSACTION')
  if (options.create) await connection.run(createTable(table, context.plan))
  if (options.truncate) await connection.run(`DELETE FROM ${quoted(table)}`)
  const names = columnNames(context.plan)
  const found = (await connection.run(`SELECT * FROM ${quoted(table)} LIMIT 0`)).columnNames()
  if (found.join('\0') !== names.join('\0')) {
    throw new SluiceError(
      'E_SCHEMA',
      `the table has the columns ${found.join(', ')}; the rows have ${names.join(', ')}`,
      { hint: 'shape the rows with select and rename' },
    )
  }
  const { DuckDBTimestampTZValue } = await driver()
  const appender = await connection.createAppender(table)
  const types = context.plan.columns.map(({ type }) => type)
  const appends = appendersFor(types, DuckDBTimestampTZValue)
  const input = new RowInput<Value[]>(context, { shape: 'array', int64: 'bigint' }, (batch) => {
    appendRows(appender, appends, names, batch)
  })
  return new OpenDuckDb(input, appender, { connection, close }, context)
}

class OpenDuckDb implements OpenSink {
  readonly input: RowInput<Value[]>
  readonly copiesInput = true
  readonly #appender: DuckDBAppender
  readonly #connection: Connection
  readonly #context: SinkContext
  #ended = false

  constructor(
    input: RowInput<Value[]>,
    appender: DuckDBAppender,
    connection: Connection,
    context: SinkContext,
  ) {
    this.input = input
    this.#appender = appender
    this.#connection = connection
    this.#context = context
  }

  get rows(): number {
    return this.input.rows
  }

  async commit(): Promise<SinkResult> {
    const { connection, close } = this.#connection
    try {
      assertFinished(this.input, 'the DuckDB table')
      this.#appender.closeSync()
      await this.#context.beforePublish?.()
      await connection.run('COMMIT')
    } catch (error) {
      throw databaseError(error)
    }
    this.#ended = true
    close()
    return { path: undefined, bytesOut: 0, replacedTexts: this.input.replacedTexts }
  }

  async discard(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    this.input.destroy()
    const { connection, close } = this.#connection
    try {
      // Rows that are waiting in it must not reach the table when it is closed later.
      this.#appender.clear()
      this.#appender.closeSync()
    } catch {
      // An appender that failed stays so; the rollback undoes what it did.
    }
    await connection.run('ROLLBACK').catch(() => {})
    close()
  }
}

function databaseError(error: unknown): SluiceError {
  if (error instanceof SluiceError) return error
  const message = messageOf(error)
  const code = /could not set lock/i.test(message) ? 'E_LOCKED' : 'E_DATABASE'
  return new SluiceError(code, `DuckDB: ${message}`, { cause: error })
}
