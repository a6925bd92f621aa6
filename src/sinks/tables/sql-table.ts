import type { Writable } from 'node:stream'
import { asSluiceError, throwIfAborted } from '../../abort.js'
import { SluiceError } from '../../errors.js'
import { randomToken } from '../../files/names.js'
import type { Plan } from '../../model/plan.js'
import { uniqueNames } from '../../model/unique-names.js'
import type { OpenSink, SinkContext, SinkResult } from '../contract.js'
import type { SqlColumn } from './column.js'
import { besideTable, quoted, type TableName, tableText } from './names.js'
import type { TableAim, TableMode } from './options.js'
import { makeReceipts, type TableReceipt, writeTableReceipt } from './receipts.js'
import type { RowsInto, SqlConnection } from './sql-connection.js'
import type { TableRows } from './table-rows.js'
import { UnknownCommit } from './unknown-commit.js'

/** The last steps of a table and its receipt, when all rows are written. */
interface TableEnding extends Ending {
  readonly table: TableName
  readonly receipt: TableReceipt | undefined
  /** Whether running again does no harm, should the rows be there already. */
  readonly isRepeatable: boolean
}

interface Ending {
  /** Asks for the numbers of two rows of one key, where the rows are merged. */
  readonly twins: string | undefined
  readonly statements: readonly string[]
}

const NO_ENDING: Ending = { twins: undefined, statements: [] }

/**
 * Begins a transaction, prepares the table and opens the sink that writes to it. Other sessions see all rows from
 * `commit` on, or none. When it fails, the transaction is rolled back and the connection closed.
 */
export async function openSqlTable(
  connection: SqlConnection,
  table: TableName,
  aim: TableAim,
  context: SinkContext,
): Promise<OpenSink> {
  const interrupt = () => connection.interrupt()
  context.signal.addEventListener('abort', interrupt, { once: true })
  try {
    throwIfAborted(context.signal)
    if (aim.receipt !== undefined) await makeReceipts(connection, table)
    await connection.run('BEGIN')
    const { into, ending } = await prepareTable(connection, table, aim, context.plan)
    const rows = await connection.openRows(into, context)
    const { receipt } = aim
    const isRepeatable = aim.mode !== 'append' || receipt !== undefined
    return new OpenSqlTable(connection, rows, { ...ending, table, receipt, isRepeatable }, context)
  } catch (error) {
    await rollBack(connection)
    throw asSluiceError(error, context.signal, connection.failure)
  } finally {
    context.signal.removeEventListener('abort', interrupt)
  }
}

/** Does what comes before the rows. */
async function prepareTable(
  connection: SqlConnection,
  table: TableName,
  { mode, key, create }: TableAim,
  plan: Plan,
): Promise<{ into: RowsInto; ending: Ending }> {
  const name = tableText(table)
  const names = uniqueNames(plan.columns.map((column) => column.name))
  const numberColumn = undefined
  const lacking = key.find((column) => !names.includes(column))
  if (lacking !== undefined) {
    throw new SluiceError(
      'E_SCHEMA',
      `the result has no column ${JSON.stringify(lacking)}, which is in the key`,
    )
  }
  if (mode === 'replace') {
    const made = connection.keepsReplaced ? besideTable(table, `td_sluice_${randomToken()}`) : table
    const drop = `DROP TABLE IF EXISTS ${name}`
    if (made === table) await connection.run(drop)
    await connection.run(createTable(tableText(made), names, plan, connection))
    const own = typeof table === 'string' ? table : table[1]
    const rename = `ALTER TABLE ${tableText(made)} RENAME TO ${quoted(own)}`
    return {
      into: { table: made, columns: await columnsFor(connection, made, names), numberColumn },
      ending: made === table ? NO_ENDING : { twins: undefined, statements: [drop, rename] },
    }
  }
  if (create) await connection.run(createTable(name, names, plan, connection, key))
  const columns = await columnsFor(connection, table, names)
  if (mode === 'truncate') {
    for (const statement of connection.emptyTable(name)) await connection.run(statement)
  }
  if (mode !== 'upsert') return { into: { table, columns, numberColumn }, ending: NO_ENDING }
  await requireUnique(connection, table, key)
  return merging(connection, name, columns, key)
}

/** Rows go into a table of their own first, where they are compared. */
async function merging(
  connection: SqlConnection,
  target: string,
  columns: readonly SqlColumn[],
  key: readonly string[],
): Promise<{ into: RowsInto; ending: Ending }> {
  const token = randomToken()
  const scratch = `td_sluice_${token}`
  const numberColumn = `row_${token}`
  const list = (names: readonly string[]) => names.map(quoted).join(', ')
  const names = columns.map(({ name }) => name)
  const select = `SELECT ${list(names)}, CAST(0 AS bigint) AS ${quoted(numberColumn)} FROM ${target}`
  await connection.run(connection.scratchTable(scratch, select))
  const others = names.filter((name) => !key.includes(name))
  const updates = others.map((name) => `${quoted(name)} = excluded.${quoted(name)}`).join(', ')
  const insert = `INSERT INTO ${target} (${list(names)}) SELECT ${list(names)} FROM ${quoted(scratch)}`
  const number = quoted(numberColumn)
  // A key is never NULL: rows of such keys would not be found again.
  const keyed = columns.map((column) => (key.includes(column.name) ? { ...column, nullable: false } : column))
  return {
    into: { table: scratch, columns: keyed, numberColumn },
    ending: {
      twins:
        `SELECT CAST(min(${number}) AS text), CAST(max(${number}) AS text) FROM ${quoted(scratch)} ` +
        `GROUP BY ${list(key)} HAVING count(*) > 1 ORDER BY min(${number}) LIMIT 1`,
      statements: [
        `${insert} ON CONFLICT (${list(key)}) DO ${updates === '' ? 'NOTHING' : `UPDATE SET ${updates}`}`,
        `DROP TABLE ${quoted(scratch)}`,
      ],
    },
  }
}

/** `CREATE TABLE` for rows of the plan, which does nothing where the table exists. */
function createTable(
  table: string,
  names: readonly string[],
  plan: Plan,
  connection: SqlConnection,
  key: readonly string[] = [],
): string {
  const columns = plan.columns.map(({ type }, i) => `${quoted(names[i]!)} ${connection.columnType(type)}`)
  const parts = key.length === 0 ? columns : [...columns, `PRIMARY KEY (${key.map(quoted).join(', ')})`]
  return `CREATE TABLE IF NOT EXISTS ${table} (${parts.join(', ')})`
}

/** The columns of a table by the names of the result, in their order. */
async function columnsFor(
  connection: SqlConnection,
  table: TableName,
  names: readonly string[],
): Promise<readonly SqlColumn[]> {
  const found = await requireTable(connection, table)
  return names.map((name) => {
    const column = found.find((one) => one.name === name)
    if (column !== undefined && !column.generated) return column
    const shown = found.map((one) => one.name).join(', ')
    const why =
      column === undefined
        ? `the table has the columns ${shown}; the rows have ${names.join(', ')}`
        : `the database makes the values of the column ${name} itself`
    throw new SluiceError('E_SCHEMA', why, { hint: 'shape the rows with select and rename' })
  })
}

/** @throws SluiceError `E_DATABASE` when there is no such table. */
export async function requireTable(
  connection: SqlConnection,
  table: TableName,
): Promise<readonly SqlColumn[]> {
  const columns = await connection.columnsOf(table)
  if (columns !== undefined) return columns
  throw new SluiceError('E_DATABASE', `there is no table ${tableText(table)}`, {
    hint: 'check its name and schema, or have it made: create: true',
  })
}

/** A table is to be made in a schema that is not there. */
export function noSchema(table: TableName): SluiceError {
  const hint = typeof table === 'string' ? {} : { hint: `CREATE SCHEMA ${quoted(table[0])}` }
  return new SluiceError('E_DATABASE', `there is no schema for the table ${tableText(table)}`, hint)
}

/** @throws SluiceError `E_DATABASE` for a name that is there and takes no rows, or cannot be replaced. */
export async function requireWritable(
  connection: SqlConnection,
  table: TableName,
  mode: TableMode,
): Promise<void> {
  const use = mode === 'replace' ? 'replaced' : mode === 'upsert' ? 'merged' : 'filled'
  const refusal = await connection.refusal(table, use)
  if (refusal !== undefined) throw new SluiceError('E_DATABASE', `${tableText(table)} ${refusal}`)
}

/** @throws SluiceError `E_DATABASE` when nothing keeps the rows of the table apart by this key. */
export async function requireUnique(
  connection: SqlConnection,
  table: TableName,
  key: readonly string[],
): Promise<void> {
  const keys = await connection.uniqueKeys(table)
  const isKey = (columns: readonly string[]) =>
    columns.length === key.length && key.every((column) => columns.includes(column))
  if (keys.some(isKey)) return
  const name = tableText(table)
  const list = key.map(quoted).join(', ')
  throw new SluiceError('E_DATABASE', `the table ${name} has no unique constraint on (${list})`, {
    hint: `CREATE UNIQUE INDEX ON ${name} (${list})`,
  })
}

/** The connection may be what failed, so that neither statement nor closing is sure to work. */
async function rollBack(connection: SqlConnection): Promise<void> {
  await connection.run('ROLLBACK').catch(() => {})
  await connection.close().catch(() => {})
}

class OpenSqlTable implements OpenSink {
  readonly copiesInput = true
  readonly #connection: SqlConnection
  readonly #rows: TableRows
  readonly #ending: TableEnding
  readonly #context: SinkContext
  #ended = false

  constructor(connection: SqlConnection, rows: TableRows, ending: TableEnding, context: SinkContext) {
    this.#connection = connection
    this.#rows = rows
    this.#ending = ending
    this.#context = context
  }

  get input(): Writable {
    return this.#rows.input
  }

  get rows(): number {
    return this.#rows.input.rows
  }

  async commit(): Promise<SinkResult> {
    const connection = this.#connection
    try {
      await this.#rows.finish()
      await this.#refuseTwins()
      for (const statement of this.#ending.statements) await connection.run(statement)
      await this.#leaveReceipt()
      for (const statement of connection.beforeCommit) await connection.run(statement)
      await this.#context.beforePublish?.()
      await this.#commit()
    } catch (error) {
      throw connection.failure(error)
    }
    this.#ended = true
    await connection.close()
    const { bytes, input } = this.#rows
    return { path: undefined, bytesOut: bytes, replacedTexts: input.replacedTexts }
  }

  async #commit(): Promise<void> {
    try {
      await this.#connection.commit()
    } catch (error) {
      if (!(error instanceof UnknownCommit)) throw error
      const { cause } = error
      const { message } = this.#connection.failure(cause)
      const isRepeatable = this.#ending.isRepeatable
      throw new SluiceError(
        isRepeatable ? 'E_DATABASE_BUSY' : 'E_DATABASE',
        `${message}; it is not known whether the rows were committed`,
        {
          cause,
          hint: isRepeatable
            ? 'run it again: no row comes twice'
            : 'look into the table before you run it again: the rows would come twice',
        },
      )
    }
  }

  /** Do not guess which of two rows wins: rows of a result have no order. */
  async #refuseTwins(): Promise<void> {
    const { twins } = this.#ending
    const found = twins === undefined ? undefined : await this.#connection.firstRow(twins)
    if (found === undefined) return
    throw new SluiceError('E_DATABASE', `rows ${found[0]} and ${found[1]} of the result have the same key`, {
      hint: 'let the query return one row for each key',
    })
  }

  async #leaveReceipt(): Promise<void> {
    const { table, receipt } = this.#ending
    if (receipt === undefined) return
    const { jobId, plan } = this.#context
    const rows = Math.min(this.rows, plan.limit ?? this.rows)
    await writeTableReceipt(this.#connection, table, receipt, { rows, jobId })
  }

  async discard(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    this.#rows.input.destroy()
    await this.#rows.abandon()
    await rollBack(this.#connection)
  }
}
