import { type DuckDBConnection, type DuckDBResult, StatementType } from '@duckdb/node-api'
import { columnName } from './column-names.js'
import { Output } from './pack/output.js'
import { packChunk } from './pack/vector-packer.js'
import { typeName } from './type-names.js'
import { withWireTypes } from './wire-types.js'

/** Statements that answer with rows. */
const READS = new Set([StatementType.SELECT, StatementType.EXPLAIN])

/** Statements that change tables, and answer with a count or nothing: these jobs have no result. */
const WRITES = new Set([
  ...[StatementType.INSERT, StatementType.UPDATE, StatementType.DELETE, StatementType.MERGE_INTO],
  ...[StatementType.CREATE, StatementType.DROP, StatementType.ALTER],
])

const BLOCK_BYTES = 512 * 1024

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
  } finally {
    // The connection may be closed only when nothing is being fetched.
    await next.catch(() => undefined)
  }
}

async function select(connection: DuckDBConnection, query: string, engine: string): Promise<Answer> {
  const statement = await connection.prepare(query)
  const columns = Array.from({ length: statement.columnCount }, (_, at) => ({
    name: statement.columnName(at),
    type: statement.columnType(at),
  }))
  statement.destroySync()
  const types = columns.map(({ type }) => type)
  const result = await connection.stream(withWireTypes(query, types))
  let rows = 0
  return {
    kind: 'rows',
    schema: columns.map(({ name, type }, at) => [
      columnName(name, at, query, engine),
      typeName(type, engine),
    ]),
    blocks: pack(result, (count) => {
      rows += count
    }),
    rows: () => rows,
  }
}

/** A statement that Trino would have refused as well, or that the sandbox does not let through. */
export class StatementRefused extends Error {
  override readonly name = 'StatementRefused'
}

/** Runs one statement. Throws what DuckDB says is wrong with it, or {@link StatementRefused}. */
export async function answer(connection: DuckDBConnection, query: string, engine: string): Promise<Answer> {
  if (query.replace(/--.*$|\/\*[\s\S]*?\*\//gm, '').trim() === '')
    throw new StatementRefused('The query is empty')
  const statements = await connection.extractStatements(query)
  if (statements.count !== 1) throw new StatementRefused(`A job runs one statement, not ${statements.count}`)
  const statement = await statements.prepare(0)
  const type = statement.statementType
  statement.destroySync()
  if (READS.has(type)) return select(connection, query, engine)
  if (!WRITES.has(type)) throw new StatementRefused(`${StatementType[type]} statements are not allowed here`)
  const result = await connection.run(query)
  return { kind: 'done', changed: result.rowsChanged }
}
