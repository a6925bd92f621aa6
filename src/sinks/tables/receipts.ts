import { SluiceError } from '../../errors.js'
import { besideTable, quoted, type TableName, tableText } from './names.js'
import type { SqlConnection } from './sql-connection.js'

/** A table beside those that rows are appended to. */
const RECEIPTS = 'td_sluice_receipts'

/** Says that rows were appended, in the transaction that appends them. */
export interface TableReceipt {
  /** Identifies these rows, for example by the name of an export and a day. */
  readonly name: string
  /** Identifies the origin of the rows, for example by a hash of the query. */
  readonly content: string
}

/** A receipt that is there. */
export interface HeldReceipt {
  readonly content: string
  readonly rows: number
}

const COLUMNS =
  'receipt text PRIMARY KEY, content text NOT NULL, table_name text NOT NULL, job_id text, rows bigint NOT NULL, ' +
  'written_at timestamp with time zone DEFAULT now()'

/** Whether receipts can be kept beside a table without making a table for them. */
export async function hasReceipts(connection: SqlConnection, table: TableName): Promise<boolean> {
  return (await connection.columnsOf(besideTable(table, RECEIPTS))) !== undefined
}

/** Makes the table of receipts, outside of any transaction: two that make it at once would wait for each other. */
export async function makeReceipts(connection: SqlConnection, table: TableName): Promise<void> {
  const receipts = besideTable(table, RECEIPTS)
  if (await hasReceipts(connection, table)) return
  try {
    await connection.run(`CREATE TABLE IF NOT EXISTS ${tableText(receipts)} (${COLUMNS})`)
  } catch (error) {
    if (!(await hasReceipts(connection, table))) throw error
  }
}

/** @throws SluiceError `E_EXISTS` when there is a receipt of that name, also one that another run is about to commit. */
export async function writeTableReceipt(
  connection: SqlConnection,
  table: TableName,
  { name, content }: TableReceipt,
  { rows, jobId }: { rows: number; jobId: string | undefined },
): Promise<void> {
  const { literal } = connection
  const values = [name, content, tableText(table)].map(literal)
  const job = jobId === undefined ? 'NULL' : literal(jobId)
  const written = await connection.firstRow(
    `INSERT INTO ${tableText(besideTable(table, RECEIPTS))} (receipt, content, table_name, job_id, rows)
     VALUES (${[...values, job, rows].join(', ')}) ON CONFLICT (receipt) DO NOTHING RETURNING content`,
  )
  if (written === undefined)
    throw new SluiceError('E_EXISTS', `${name}: the rows were appended by another run`)
}

/** The receipt of that name, if there is one. */
export async function readTableReceipt(
  connection: SqlConnection,
  table: TableName,
  name: string,
): Promise<HeldReceipt | undefined> {
  const receipts = besideTable(table, RECEIPTS)
  if (!(await hasReceipts(connection, table))) return undefined
  const row = await connection.firstRow(
    `SELECT content, CAST(rows AS text) FROM ${tableText(receipts)} WHERE receipt = ${connection.literal(name)}`,
  )
  return row && { content: row[0]!, rows: Number(row[1]) }
}

/** The statement that removes a receipt, for who removes its rows. */
export function removalOfReceipt(table: TableName, name: string): string {
  const receipts = tableText(besideTable(table, RECEIPTS))
  return `DELETE FROM ${receipts.replace(quoted(RECEIPTS), RECEIPTS)} WHERE receipt = '${name.replaceAll("'", "''")}'`
}
