/** What PostgreSQL's own COPY makes of the text formats. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline as streams } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import t from 'tap'
import { csv, pipeline, tsv } from '../../src/index.js'
import { resultOf } from '../support/msgpack/encoded-results.js'
import { runResult } from '../support/pipeline/run-result.js'
import { startPostgres } from '../support/postgres/server.js'

t.test('F28: PostgreSQL reads every row of CSV and TSV, \\. included', async (t) => {
  const url = await startPostgres(t)
  if (url === undefined) return t.plan(0, 'PostgreSQL is not installed: pg_config and initdb were not found')
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  t.teardown(() => client.end())
  const TEXTS = ['\\.', 'a', null, '\\N', '\\', '.', '', 'x,\n"y"', '\\.']
  const read = async (table: string) =>
    (await client.query({ text: `select * from ${table}`, rowMode: 'array' })).rows as (string | null)[][]

  for (const [name, sink, options] of [
    ['csv', csv, 'csv, header'],
    ['csv with CR LF', (to: NodeJS.WritableStream) => csv(to as never, { crlf: true }), 'csv, header'],
    [
      'csv with a text for NULL',
      (to: NodeJS.WritableStream) => csv(to as never, { null: 'a' }),
      `csv, header, null 'a'`,
    ],
    ['tsv', (to: NodeJS.WritableStream) => tsv(to as never, { header: false }), 'text'],
  ] as const) {
    for (const rows of [TEXTS.map((text) => [text]), TEXTS.map((text, i) => [text, TEXTS.at(-i)!])]) {
      const names = rows[0]!.map((_, i) => (i === 0 ? '\\.' : 'b'))
      const source = resultOf(
        names.map((column) => [column, 'varchar'] as const),
        rows,
      )
      const { text } = await runResult(source, sink as typeof csv)
      await client.query(
        `drop table if exists t; create table t (${names.map((_, i) => `c${i} text`).join()})`,
      )
      await streams(Readable.from([text]), client.query(copyFrom(`copy t from stdin (format ${options})`)))
      t.strictSame(await read('t'), rows, `${name}, ${names.length} columns`)
    }
  }

  await t.test('through psql as well', async (t) => {
    const path = join(t.testdir({}), 'one.csv')
    const rows = [['\\.'], ['a'], ['\\.'], ['b']]
    await pipeline(resultOf([['c', 'varchar']], rows), csv(path))
    await client.query('drop table if exists t; create table t (c text)')
    const psql = spawnSync('psql', [url, '-c', `\\copy t from '${path}' csv header`], { encoding: 'utf8' })
    if (psql.error) return t.plan(0, 'psql is not installed')
    t.equal(psql.stdout.trim(), 'COPY 4', psql.stderr)
    t.strictSame(await read('t'), rows)
  })
})
