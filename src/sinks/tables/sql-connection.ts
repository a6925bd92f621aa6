import type { SluiceError } from '../../errors.js'
import type { SqlType } from '../../model/schema.js'
import type { SinkContext } from '../contract.js'
import type { SqlColumn } from './column.js'
import type { TableName } from './names.js'
import type { TableRows } from './table-rows.js'

/** Where rows are written to: columns of a table, in the order of the plan. */
export interface RowsInto {
  readonly table: TableName
  readonly columns: readonly SqlColumn[]
  /** Of a scratch table: its last column, which takes the number of each row, from 1. */
  readonly numberColumn: string | undefined
}

/** Use of a table: rows are put into it, merged into it by a key, or it is replaced. */
export type TableUse = 'filled' | 'merged' | 'replaced'

/** A connection to a database, and what differs from one database to the next. */
export interface SqlConnection {
  /** Statements that remove all rows of a table, so that others see them until the commit. */
  emptyTable(table: string): readonly string[]
  /** The column type that takes values of `type`. */
  columnType(type: SqlType): string
  /** Whether a table that is to be replaced must stay until the end, because its readers would wait. */
  readonly keepsReplaced: boolean
  /** The statement that makes an empty table of the columns of another one, for this transaction. */
  scratchTable(name: string, select: string): string
  run(statement: string): Promise<unknown>
  /** The columns of a table; `undefined` when there is none. */
  columnsOf(table: TableName): Promise<readonly SqlColumn[] | undefined>
  /** Why what has the name of a table takes no rows, as a view; `undefined` for a table. It is there. */
  refusal(table: TableName, use: TableUse): Promise<string | undefined>
  /** The sets of columns by which an upsert can tell rows apart. */
  uniqueKeys(table: TableName): Promise<readonly (readonly string[])[]>
  /** A text in a statement. */
  literal(text: string): string
  /** The first row of an answer, its values as texts. */
  firstRow(query: string): Promise<readonly (string | null)[] | undefined>
  /** Starts writing rows. */
  openRows(into: RowsInto, context: SinkContext): Promise<TableRows>
  /** The work to do before the transaction may be committed. */
  readonly beforeCommit: readonly string[]
  /** Ends the transaction. @throws `UnknownCommit` when it is unknown whether it was committed. */
  commit(): Promise<unknown>
  /** The `SluiceError` for anything the database or its driver throws. */
  failure(error: unknown): SluiceError
  /** Ends what is under way, as far as the connection is not the program's. */
  interrupt(): void
  /** Frees the connection, unless it is the program's. */
  close(): Promise<void>
}
