import { DuckDBInstance } from '@duckdb/node-api'
import pg from 'pg'
import t, { type Test } from 'tap'
import { duckdb } from '../../../src/duckdb.js'
import { pipeline, type Sink } from '../../../src/index.js'
import { postgres } from '../../../src/postgres.js'
import { startPostgres } from '../../support/postgres/server.js'
import { type ExactValue, exactValues, resultOfValue, shownText } from '../../support/tables/exact-values.js'

const LEAST = 97

interface Database {
  run(sql: string): Promise<unknown>
  read(): Promise<string>
  sink(): Sink
}

/** Writes each value and reads it back; all that differs from the page is told at once. */
async function holdsAsShown(t: Test, values: readonly ExactValue[], database: Database): Promise<void> {
  t.ok(values.length >= LEAST, `${values.length} pairs`)
  for (const value of values) {
    await database.run('DROP TABLE IF EXISTS it')
    await database.run(`CREATE TABLE it (c ${value.column})`)
    const name = `${value.type} ${value.value} into ${value.column}`
    const failure = await pipeline(resultOfValue(value), database.sink()).then(
      () => undefined,
      (error) => error,
    )
    if (failure === undefined) t.equal(shownText(await database.read()), value.becomes, name)
    else t.match(failure, { code: value.becomes, message: /^row 1, column "c": / }, name)
  }
}

t.test('F50: PostgreSQL holds each value exactly, or the run ends with row and column', async (t) => {
  const url = await startPostgres(t)
  if (url === undefined) return t.plan(0, 'PostgreSQL is not installed: pg_config and initdb were not found')
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  t.teardown(() => client.end())
  await client.query(`CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE DOMAIN cents AS numeric(10,2);
    CREATE DOMAIN small AS int CHECK (VALUE < 3)`)
  await holdsAsShown(t, exactValues('PostgreSQL'), {
    run: (sql) => client.query(sql),
    read: async () => (await client.query('SELECT c::text AS c FROM it')).rows[0].c,
    sink: () => postgres('it', { connection: client }),
  })
})

t.test('F50: DuckDB holds each value exactly, or the run ends with row and column', async (t) => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  t.teardown(() => connection.closeSync())
  await holdsAsShown(t, exactValues('DuckDB'), {
    run: (sql) => connection.run(sql),
    read: async () => String((await connection.runAndReadAll('SELECT c::varchar FROM it')).getRows()[0]![0]),
    sink: () => duckdb('it', { database: connection }),
  })
})
