import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api'
import { columnName } from './column-names.js'
import { Output } from './pack/output.js'
import { packChunk } from './pack/vector-packer.js'
import { statementOf } from './statement.js'
import { typeName } from './type-names.js'
import { withPlainTexts } from './unicode-texts.js'
import { withWireTypes } from './wire-types.js'

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

/** Runs one statement. Throws what DuckDB says is wrong with it, or `StatementRefused`. */
export async function answer(connection: DuckDBConnection, query: string, engine: string): Promise<Answer> {
  const plain = engine === 'hive' ? query : withPlainTexts(query)
  const { sql, kind } = await statementOf(connection, plain)
  if (kind === 'rows') return select(connection, sql, engine)
  const result = await connection.run(sql)
  return { kind: 'done', changed: result.rowsChanged }
}
