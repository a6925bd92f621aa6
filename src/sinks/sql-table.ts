import type { Writable } from 'node:stream'
import type { SluiceError } from '../errors.js'
import type { Plan } from '../model/plan.js'
import type { SqlType } from '../model/schema.js'
import { uniqueNames } from '../model/unique-names.js'
import type { OptionShapes } from '../usage.js'
import type { OpenSink, SinkContext, SinkResult } from './contract.js'

/** A table by name, found by the search path, or by schema and name. Names are quoted: any text is one. */
export type TableName = string | readonly [schema: string, table: string]

/** What every sink for a table of a database can do to the table first, in the same transaction. */
export interface SqlTableOptions {
  /**
   * Create the table if it is missing, with columns typed by the schema.
   *
   * @default false
   */
  create?: boolean
  /**
   * Remove the rows that are in the table.
   *
   * @default false
   */
  truncate?: boolean
}

export const SQL_TABLE_OPTIONS: OptionShapes<SqlTableOptions> = { create: 'boolean', truncate: 'boolean' }

/** A connection to a database, and what differs from one database to the next. `Table` is how it names a table. */
export interface SqlConnection<Table extends TableName> {
  /** The statement, up to the name of the table, that removes all rows and can be rolled back. */
  readonly emptyStatement: 'TRUNCATE' | 'DELETE FROM'
  /** The column type that takes what `openRows` writes for values of `type`. */
  columnType(type: SqlType): string
  run(statement: string): Promise<unknown>
  /** Starts writing rows into the table; `columns` are the unique names of their columns. */
  openRows(table: Table, columns: readonly string[], context: SinkContext): Promise<TableRows>
  /** The `SluiceError` for anything the database or its driver throws. */
  failure(error: unknown): SluiceError
  /** Frees the connection, unless it is the program's. */
  close(): Promise<void>
}

/** Everything of a connection but the start of its rows. */
type Connection = Omit<SqlConnection<TableName>, 'openRows'>

/** Rows on their way into a table. */
export interface TableRows {
  readonly input: Writable & { readonly rows: number; readonly replacedTexts: number }
  /** Bytes sent to the database; 0 where rows are not sent as bytes. */
  readonly bytes: number
  /** Resolves when the open transaction has all rows. */
  finish(): Promise<void>
  /** Stops writing. Never rejects. */
  abandon(): Promise<void>
}

/** A quoted identifier: any text is a name. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** The quoted name of a table. */
export function tableText(table: TableName): string {
  return typeof table === 'string' ? quoted(table) : table.map(quoted).join('.')
}

/**
 * Begins a transaction, prepares the table and opens the sink that writes to it. Other sessions see all rows from
 * `commit` on, or none. When it fails, the transaction is rolled back and the connection closed.
 */
export async function openSqlTable<Table extends TableName>(
  connection: SqlConnection<Table>,
  table: Table,
  { create = false, truncate = false }: SqlTableOptions,
  context: SinkContext,
): Promise<OpenSink> {
  const name = tableText(table)
  const columns = uniqueNames(context.plan.columns.map((column) => column.name))
  try {
    await connection.run('BEGIN')
    if (create) await connection.run(createTable(name, columns, context.plan, connection))
    if (truncate) await connection.run(`${connection.emptyStatement} ${name}`)
    return new OpenSqlTable(connection, await connection.openRows(table, columns, context), context)
  } catch (error) {
    await rollBack(connection)
    throw connection.failure(error)
  }
}

/** `CREATE TABLE` for rows of the plan, which does nothing where the table exists. */
function createTable(table: string, names: readonly string[], plan: Plan, connection: Connection): string {
  const columns = plan.columns.map(({ type }, i) => `${quoted(names[i]!)} ${connection.columnType(type)}`)
  return `CREATE TABLE IF NOT EXISTS ${table} (${columns.join(', ')})`
}

/** The connection may be what failed, so that neither statement nor closing is sure to work. */
async function rollBack(connection: Connection): Promise<void> {
  await connection.run('ROLLBACK').catch(() => {})
  await connection.close().catch(() => {})
}

class OpenSqlTable implements OpenSink {
  readonly copiesInput = true
  readonly #connection: Connection
  readonly #rows: TableRows
  readonly #context: SinkContext
  #ended = false

  constructor(connection: Connection, rows: TableRows, context: SinkContext) {
    this.#connection = connection
    this.#rows = rows
    this.#context = context
  }

  get input(): Writable {
    return this.#rows.input
  }

  get rows(): number {
    return this.#rows.input.rows
  }

  async commit(): Promise<SinkResult> {
    try {
      await this.#rows.finish()
      await this.#context.beforePublish?.()
      await this.#connection.run('COMMIT')
    } catch (error) {
      throw this.#connection.failure(error)
    }
    this.#ended = true
    await this.#connection.close()
    const { bytes, input } = this.#rows
    return { path: undefined, bytesOut: bytes, replacedTexts: input.replacedTexts }
  }

  async discard(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    this.#rows.input.destroy()
    await this.#rows.abandon()
    await rollBack(this.#connection)
  }
}
