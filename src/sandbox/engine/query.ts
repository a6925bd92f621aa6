import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api'
import { Output } from './pack/output.js'
import { packChunk } from './pack/vector-packer.js'
import { plainError } from './plain-error.js'
import { explainError, SqlError } from './sql/sql-error.js'
import { parseStatement } from './sql/statements.js'
import { readCatalog } from './trino/catalog.js'
import type { QueryColumn } from './trino/scope.js'
import { type TranslatedStatement, translateStatement } from './trino/statements.js'
import { VARCHAR } from './trino/type.js'
import { sqlText } from './trino/typed.js'
import { typeName } from './type-names.js'

const BLOCK_BYTES = 512 * 1024

export interface Query {
  readonly sql: string
  readonly database: string
  /** `trino`, `presto` or `hive`: how types and unnamed columns are called. */
  readonly engine: string
  /** Value of TD_SCHEDULED_TIME(), in seconds since 1970. */
  readonly scheduledTime: number
}

export type Answer =
  | {
      readonly kind: 'rows'
      readonly schema: readonly (readonly [name: string, type: string])[]
      /** The rows as msgpack, in blocks. Counts into `rows` while it is read. */
      readonly blocks: AsyncIterable<Buffer>
      readonly rows: () => number
    }
  | { readonly kind: 'done'; readonly changed: number }

/** Reads a result to its end; the next chunk is fetched on DuckDB's threads while this one is packed. */
async function* pack(result: DuckDBResult, count: (rows: number) => void): AsyncGenerator<Buffer> {
  const types = result.columnTypes()
  const out = new Output()
  let next = result.fetchChunk()
  try {
    for (;;) {
      const chunk = await next
      if (chunk === null || chunk.rowCount === 0) break
      next = result.fetchChunk()
      // Its failure is met by the next turn of the loop, unless this one fails first.
      next.catch(() => undefined)
      count(packChunk(types, chunk.chunk, out))
      if (out.length >= BLOCK_BYTES) yield out.take()
    }
    yield out.take()
  } catch (error) {
    throw plainError(error)
  } finally {
    // The connection may be closed only when nothing is being fetched.
    await next.catch(() => undefined)
  }
}

/** A column without a name is called by its place, from 0. */
function columnName({ name }: QueryColumn, index: number, engine: string): string {
  return name ?? (engine === 'hive' ? `_c${index}` : `_col${index}`)
}

/** Times of Hive have no zone: those with one are the time of its clocks. The columns are called by their places. */
function withoutZones(sql: string, columns: readonly QueryColumn[]): string {
  const values = columns.map(({ type }, at) => {
    if (type.kind !== 'timestamp with time zone') return `c${at}`
    return type.zone === 'UTC' ? `timezone('UTC', c${at})` : `regexp_replace(c${at}, ' [^ ]+$', '')`
  })
  if (values.every((value, at) => value === `c${at}`)) return sql
  return `SELECT ${values.map((value, at) => `${value} AS c${at}`).join(', ')} FROM (${sql})`
}

async function rowsOf(
  connection: DuckDBConnection,
  sql: string,
  columns: readonly QueryColumn[],
  engine: string,
): Promise<Answer> {
  const result = await connection.stream(engine === 'hive' ? withoutZones(sql, columns) : sql)
  let rows = 0
  return {
    kind: 'rows',
    schema: columns.map((column, at) => [columnName(column, at, engine), typeName(column.type, engine)]),
    blocks: pack(result, (count) => {
      rows += count
    }),
    rows: () => rows,
  }
}

async function translate(
  connection: DuckDBConnection,
  { sql, database, engine, scheduledTime }: Query,
): Promise<TranslatedStatement> {
  const dialect = engine === 'hive' ? 'hive' : 'trino'
  const { statement, tables } = parseStatement(sql, dialect)
  const catalog = await readCatalog(connection, database, tables, statement.kind.startsWith('show'))
  return translateStatement(statement, { dialect, catalog, scheduledTime })
}

/** Runs one statement. Throws what is wrong with it, with the place in the user's own text. */
export async function answer(connection: DuckDBConnection, query: Query): Promise<Answer> {
  let translated: TranslatedStatement
  try {
    translated = await translate(connection, query)
  } catch (error) {
    throw error instanceof SqlError ? new Error(explainError(error, query.sql)) : plainError(error)
  }
  try {
    return await run(connection, translated, query.engine)
  } catch (error) {
    throw plainError(error)
  }
}

async function run(
  connection: DuckDBConnection,
  translated: TranslatedStatement,
  engine: string,
): Promise<Answer> {
  switch (translated.kind) {
    case 'rows':
      return rowsOf(connection, translated.sql, translated.columns, engine)
    case 'explain': {
      const [[, plan] = []] = (
        await connection.runAndReadAll(
          `EXPLAIN ${translated.isJson ? '(FORMAT json) ' : ''}${translated.sql}`,
        )
      ).getRowsJS()
      return rowsOf(
        connection,
        `SELECT ${sqlText(String(plan))} AS c0`,
        [{ name: 'Query Plan', type: VARCHAR }],
        engine,
      )
    }
    case 'change': {
      let changed = 0
      for (const sql of translated.sqls) changed = (await connection.run(sql)).rowsChanged
      return { kind: 'done', changed }
    }
    default:
      return translated satisfies never
  }
}
