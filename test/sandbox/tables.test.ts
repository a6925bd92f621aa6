import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import t from 'tap'
import { startSandbox } from '../../src/sandbox/index.js'
import { sandboxFor } from '../support/sandbox/jobs.js'

t.test('tables come from CSV, TSV, JSON and Parquet files', async (t) => {
  const folder = t.testdir({
    "it's.csv": 'a,b\n1,x\n2,y\n',
    'plain.tsv': 'a\tb\n3\tz\n',
    'lines.ndjson': '{"a":4,"b":"w"}\n',
    'packed.csv.gz': gzipSync('a,b\n5,v\n'),
  })
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(`COPY (SELECT 6::BIGINT AS a, 'u' AS b) TO '${join(folder, 'columns.parquet')}'`)
  connection.closeSync()
  const { run, sandbox } = await sandboxFor(t, {
    preload: true,
    tables: [
      { name: 'one', file: join(folder, "it's.csv") },
      { name: 'other.two', file: join(folder, 'plain.tsv') },
      { name: 'other.three', file: join(folder, 'lines.ndjson') },
      { name: 'other.four', file: join(folder, 'packed.csv.gz') },
      { name: 'other.five', file: join(folder, 'columns.parquet') },
    ],
  })
  const { rows, schema } = await run(
    `SELECT * FROM one UNION ALL SELECT * FROM other.two UNION ALL SELECT * FROM other.three
     UNION ALL SELECT * FROM other.four UNION ALL SELECT * FROM other.five ORDER BY a`,
  )
  t.strictSame(schema, [
    ['a', 'bigint'],
    ['b', 'varchar'],
  ])
  t.strictSame(rows, [
    [1, 'x'],
    [2, 'y'],
    [3, 'z'],
    [4, 'w'],
    [5, 'v'],
    [6, 'u'],
  ])
  t.match(sandbox.port, Number)
})

t.test('columns of types that Trino has not come as the next larger one', async (t) => {
  const file = join(t.testdir({}), 'types.parquet')
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(
    `COPY (SELECT 200::UTINYINT AS a, 4000000000::UINTEGER AS b, 9223372036854775807::UBIGINT AS c,
       TIMESTAMP_S '2014-10-01 00:00:00' AS d, {'x': 1::UTINYINT} AS e, [1::USMALLINT] AS f) TO '${file}'`,
  )
  connection.closeSync()
  const { run } = await sandboxFor(t, { tables: [{ name: 'types', file }] })
  const { schema, rows } = await run('SELECT * FROM types')
  t.strictSame(
    schema.map(([, type]: [string, string]) => type),
    ['smallint', 'bigint', 'bigint', 'timestamp(3)', 'row(x smallint)', 'array(integer)'],
  )
  t.strictSame(rows, [[200, 4_000_000_000, 9_223_372_036_854_775_807n, '2014-10-01 00:00:00.000', [1], [1]]])
})

t.test('tables that cannot be made are told when the sandbox starts', async (t) => {
  const folder = t.testdir({ 'bad.parquet': 'not parquet', 'data.xlsx': '' })
  for (const [name, file, reason] of [
    ['t', 'nosuch.csv', /there is no file/],
    ['t', 'data.xlsx', /Parquet, CSV, TSV and JSON/],
    ['t', 'bad.parquet', /cannot be made from/],
    ['a.b.c', 'bad.parquet', /not a table name/],
  ] as const)
    await t.rejects(startSandbox({ preload: true, tables: [{ name, file: join(folder, file) }] }), {
      code: 'E_USAGE',
      message: reason,
    })
})
