import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api'
import { messageOf, SluiceError } from '../../errors.js'
import type { Value } from '../../rows/values.js'
import { assertFinished } from '../assert-finished.js'
import type { SinkContext } from '../contract.js'
import { notInstalled } from '../not-installed.js'
import type { RowInput } from '../row-input.js'
import { cellsFor } from '../tables/cells-for.js'
import type { SqlColumn } from '../tables/column.js'
import { quoted, type TableName, tableText } from '../tables/names.js'
import type { RowsInto, SqlConnection } from '../tables/sql-connection.js'
import { cellInput, type TableRows } from '../tables/table-rows.js'
import { rowAppender } from './append.js'
import { duckDbHolds, duckDbType } from './types.js'

/** @throws SluiceError `E_UNSUPPORTED` when the driver is not installed. */
export async function driver() {
  try {
    return await import('@duckdb/node-api')
  } catch (cause) {
    throw notInstalled('@duckdb/node-api', '@duckdb/node-api', cause)
  }
}

/**
 * Opens a database file, or takes a connection of the program, which then stays open.
 *
 * @throws SluiceError `E_LOCKED` when another process has the file open, `E_DATABASE` when it cannot be opened.
 */
export async function connectDuckdb(database: string | DuckDBConnection): Promise<SqlConnection> {
  if (typeof database !== 'string') return connectionOf(database, () => {})
  const { DuckDBInstance } = await driver()
  try {
    // Exports of one manifest may write tables of one file at the same time.
    const instance = await DuckDBInstance.fromCache(database)
    const connection = await instance.connect()
    return connectionOf(connection, () => {
      connection.closeSync()
      instance.closeSync()
    })
  } catch (error) {
    throw databaseError(error)
  }
}

function connectionOf(connection: DuckDBConnection, close: () => void): SqlConnection {
  const ask = async (query: string) => (await connection.runAndReadAll(query)).getRowsJson()
  return {
    emptyTable: (table) => [`DELETE FROM ${table}`],
    columnType: duckDbType,
    keepsReplaced: false,
    scratchTable: (name, select) => `CREATE TEMPORARY TABLE ${quoted(name)} AS ${select} WITH NO DATA`,
    run: (statement) => connection.run(statement),
    columnsOf: async (table) => {
      if ((await ask(findTable(table))).length === 0) return undefined
      const rows = await ask(
        `SELECT name, type, "notnull" FROM pragma_table_info(${literal(tableText(table))})`,
      )
      return rows.map(([name, type, required]): SqlColumn => {
        const typeText = String(type)
        const holds = duckDbHolds(typeText)
        return { name: String(name), typeText, holds, nullable: required !== true, generated: false }
      })
    },
    refusal: async (table) => {
      const rows = await ask(findTable(table, "table_type = 'VIEW'"))
      return rows.length === 0 ? undefined : 'is a view, which takes no rows: name the table behind it'
    },
    uniqueKeys: async (table) => {
      const isOfTable = isTable(table, { catalog: 'database_name', schema: 'schema_name' })
      const constraints = await ask(
        `SELECT constraint_column_names FROM duckdb_constraints()
         WHERE ${isOfTable} AND constraint_type IN ('PRIMARY KEY', 'UNIQUE')`,
      )
      const indexes = await ask(`SELECT expressions FROM duckdb_indexes() WHERE ${isOfTable} AND is_unique`)
      return [
        ...constraints.map(([columns]) => columns as string[]),
        ...indexes.map(([columns]) => indexedNames(String(columns))),
      ]
    },
    literal,
    firstRow: async (query) => {
      const [row] = await ask(query)
      return row?.map((value) => (value === null ? null : String(value)))
    },
    openRows: (into, context) => openRows(connection, into, context),
    beforeCommit: [],
    commit: () => connection.run('COMMIT'),
    failure: databaseError,
    interrupt: () => {},
    close: async () => close(),
  }
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function nameOf(table: TableName): string {
  return typeof table === 'string' ? table : table[1]
}

/** Asked of the catalog, as a failed query would end the transaction of a program. */
function findTable(table: TableName, condition = 'true'): string {
  const isIt = isTable(table, { catalog: 'table_catalog', schema: 'table_schema' })
  return `SELECT 1 FROM information_schema.tables WHERE ${isIt} AND ${condition}`
}

/** The condition that a row of the catalog is about a table, by its columns of these names. Names of tables are the same in any case. */
function isTable(
  table: TableName,
  { catalog, schema: inSchema }: { readonly catalog: string; readonly schema: string },
): string {
  const schema = typeof table === 'string' ? 'current_schema()' : literal(table[0])
  return `lower(table_name) = lower(${literal(nameOf(table))}) AND lower(${inSchema}) = lower(${schema})
    AND ${catalog} IN (current_database(), 'temp')`
}

/** The columns of an index, as it shows them: `[id, '"a b"']`. */
function indexedNames(expressions: string): string[] {
  return [...expressions.matchAll(/'"((?:[^"]|"")*)"'|"((?:[^"]|"")*)"|([^[\],\s]+)/g)].map(
    ([, one, two, plain]) => (one ?? two ?? plain!).replaceAll('""', '"'),
  )
}

async function openRows(
  connection: DuckDBConnection,
  { table, columns, numberColumn }: RowsInto,
  context: SinkContext,
): Promise<TableRows> {
  const found = (await connection.run(`SELECT * FROM ${tableText(table)} LIMIT 0`)).columnNames()
  const names = columns.map(({ name }) => name)
  const isNumbered = numberColumn !== undefined
  if (found.join('\0') !== [...names, ...(isNumbered ? [numberColumn] : [])].join('\0')) {
    throw new SluiceError(
      'E_SCHEMA',
      `the table has the columns ${found.join(', ')}; the rows have ${names.join(', ')}`,
      { hint: 'shape the rows with select and rename' },
    )
  }
  const schema = typeof table === 'string' ? undefined : table[0]
  const appender = isNumbered
    ? await connection.createAppender(nameOf(table), 'main', 'temp')
    : await connection.createAppender(nameOf(table), schema)
  const append = rowAppender(appender, columns, isNumbered, await driver())
  const cells = columns.map((column, i) => ({
    column,
    toCell: cellsFor(column.holds, context.plan.columns[i]!.type),
  }))
  return appendedRows(cellInput(context, cells, append), appender)
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
  return new SluiceError(codeFor(message), `DuckDB: ${message}`, { cause: error })
}

/** Another transaction of the same file has changed the same rows: this one was undone, and may be made again. */
const CONFLICT = /^TransactionContext Error: .*conflict|Conflict on (?:update|tuple deletion)/i

function codeFor(message: string): 'E_LOCKED' | 'E_DATABASE_BUSY' | 'E_DATABASE' {
  if (/could not set lock/i.test(message)) return 'E_LOCKED'
  return CONFLICT.test(message) ? 'E_DATABASE_BUSY' : 'E_DATABASE'
}
