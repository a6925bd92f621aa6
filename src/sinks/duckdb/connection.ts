import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api'
import { messageOf, SluiceError } from '../../errors.js'
import type { Value } from '../../rows/reader.js'
import { assertFinished } from '../assert-finished.js'
import type { SinkContext } from '../contract.js'
import { RowInput } from '../row-input.js'
import { type SqlConnection, type TableRows, tableText } from '../sql-table.js'
import { appendersFor, appendRows, duckDbType } from './values.js'

/** @throws SluiceError `E_UNSUPPORTED` when the driver is not installed. */
export async function driver() {
  try {
    return await import('@duckdb/node-api')
  } catch (cause) {
    throw new SluiceError('E_UNSUPPORTED', 'the package @duckdb/node-api is not installed', {
      cause,
      hint: 'npm install @duckdb/node-api',
    })
  }
}

/**
 * Opens a database file, or takes a connection of the program, which then stays open.
 *
 * @throws SluiceError `E_LOCKED` when another process has the file open, `E_DATABASE` when it cannot be opened.
 */
export async function connectDuckdb(database: string | DuckDBConnection): Promise<SqlConnection<string>> {
  if (typeof database !== 'string') return connectionOf(database, () => {})
  const { DuckDBInstance } = await driver()
  try {
    const instance = await DuckDBInstance.create(database)
    const connection = await instance.connect()
    return connectionOf(connection, () => {
      connection.closeSync()
      instance.closeSync()
    })
  } catch (error) {
    throw databaseError(error)
  }
}

function connectionOf(connection: DuckDBConnection, close: () => void): SqlConnection<string> {
  return {
    emptyStatement: 'DELETE FROM',
    columnType: duckDbType,
    run: (statement) => connection.run(statement),
    openRows: (table, columns, context) => openRows(connection, table, columns, context),
    failure: databaseError,
    close: async () => close(),
  }
}

async function openRows(
  connection: DuckDBConnection,
  table: string,
  columns: readonly string[],
  context: SinkContext,
): Promise<TableRows> {
  const found = (await connection.run(`SELECT * FROM ${tableText(table)} LIMIT 0`)).columnNames()
  if (found.join('\0') !== columns.join('\0')) {
    throw new SluiceError(
      'E_SCHEMA',
      `the table has the columns ${found.join(', ')}; the rows have ${columns.join(', ')}`,
      { hint: 'shape the rows with select and rename' },
    )
  }
  const { DuckDBTimestampTZValue } = await driver()
  const appender = await connection.createAppender(table)
  const types = context.plan.columns.map(({ type }) => type)
  const appends = appendersFor(types, DuckDBTimestampTZValue)
  const input = new RowInput<Value[]>(context, { shape: 'array', int64: 'bigint' }, (batch) => {
    appendRows(appender, appends, columns, batch)
  })
  return appendedRows(input, appender)
}

function appendedRows(input: RowInput<Value[]>, appender: DuckDBAppender): TableRows {
  return {
    input,
    bytes: 0,
    finish: async () => {
      assertFinished(input, 'the DuckDB table')
      appender.closeSync()
    },
    abandon: async () => {
      try {
        // Rows that wait in it must not reach the table when it is closed later.
        appender.clear()
        appender.closeSync()
      } catch {
        // An appender that failed stays so; the rollback undoes what it did.
      }
    },
  }
}

function databaseError(error: unknown): SluiceError {
  if (error instanceof SluiceError) return error
  const message = messageOf(error)
  const code = /could not set lock/i.test(message) ? 'E_LOCKED' : 'E_DATABASE'
  return new SluiceError(code, `DuckDB: ${message}`, { cause: error })
}
