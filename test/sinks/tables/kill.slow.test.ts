import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import pg from 'pg'
import t from 'tap'
import { duckdb } from '../../../src/duckdb.js'
import { pipeline } from '../../../src/index.js'
import { postgres } from '../../../src/postgres.js'
import { resultOf } from '../../support/msgpack/encoded-results.js'
import { startPostgres } from '../../support/postgres/server.js'
import { kill, startStuckWriter } from '../../support/tables/stuck-writer.js'

/** Options of each mode, and the numbers in the table when 1 and 2 were there and 2 and 3 were written. */
const MODES = [
  [{ mode: 'append' }, [1, 2, 2, 3]],
  [{ mode: 'truncate' }, [2, 3]],
  [{ mode: 'replace' }, [2, 3]],
  [{ mode: 'upsert', key: 'n' }, [1, 2, 3]],
] as const
const MOMENTS = ['rows', 'commit'] as const
const ROWS = resultOf([['n', 'bigint']], [[2], [3]])

t.test('F51: a killed run leaves the old table of PostgreSQL, and readers never saw another', async (t) => {
  const url = await startPostgres(t)
  if (url === undefined) return t.plan(0, 'PostgreSQL is not installed: pg_config and initdb were not found')
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  t.teardown(() => client.end())
  const numbers = async () =>
    (await client.query({ text: 'SELECT n::int FROM it ORDER BY n', rowMode: 'array' })).rows.flat()
  for (const [options, expected] of MODES) {
    for (const at of MOMENTS) {
      await client.query(
        'DROP TABLE IF EXISTS it; CREATE TABLE it (n bigint); INSERT INTO it VALUES (1), (2)',
      )
      if (options.mode === 'upsert') await client.query('ALTER TABLE it ADD PRIMARY KEY (n)')
      const settings = { connection: url, ...options }
      const writer = await startStuckWriter(`postgres('it', ${JSON.stringify(settings)})`, at)
      // A table that is replaced is dropped at the very end: who reads then waits for the commit.
      if (options.mode !== 'replace' || at === 'rows')
        t.strictSame(await numbers(), [1, 2], `${options.mode}, ${at}`)
      await kill(writer)
      t.strictSame(await numbers(), [1, 2], `${options.mode}, killed at ${at}`)
      await pipeline(ROWS, postgres('it', settings))
      t.strictSame(await numbers(), expected, `${options.mode}, again`)
    }
  }
  const left = "SELECT relname FROM pg_class WHERE relname LIKE 'td\\_sluice%'"
  t.strictSame((await client.query(left)).rows, [], 'nothing else is left')
})

t.test('F51: a killed run leaves the old table of DuckDB', async (t) => {
  const database = join(t.testdir(), 'db.duckdb')
  const ask = async (sql: string) => {
    const instance = await DuckDBInstance.create(database)
    const connection = await instance.connect()
    const rows = (await connection.runAndReadAll(sql)).getRowsJson().flat()
    connection.closeSync()
    instance.closeSync()
    return rows
  }
  const numbers = () => ask('SELECT n::int FROM it ORDER BY n')
  for (const [options, expected] of MODES) {
    for (const at of MOMENTS) {
      const key = options.mode === 'upsert' ? ' PRIMARY KEY' : ''
      await ask(`CREATE OR REPLACE TABLE it (n BIGINT${key}); INSERT INTO it VALUES (1), (2)`)
      const settings = { database, ...options }
      await kill(await startStuckWriter(`duckdb('it', ${JSON.stringify(settings)})`, at))
      t.strictSame(await numbers(), [1, 2], `${options.mode}, killed at ${at}`)
      await pipeline(ROWS, duckdb('it', settings))
      t.strictSame(await numbers(), expected, `${options.mode}, again`)
    }
  }
  t.strictSame(await ask('SELECT table_name FROM duckdb_tables()'), ['it'], 'nothing else is left')
})
