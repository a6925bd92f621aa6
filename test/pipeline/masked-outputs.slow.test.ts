/** What is masked is in no byte that is written, in any format and sink, and nothing else is missing. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import pg from 'pg'
import t, { type Test } from 'tap'
import { duckdb } from '../../src/duckdb.js'
import {
  arrow,
  batches,
  csv,
  json,
  mask,
  msgpack,
  ndjson,
  open,
  parquet,
  partitionBy,
  pipeline,
  recordBatches,
  type Sink,
  tee,
  tsv,
} from '../../src/index.js'
import { postgres } from '../../src/postgres.js'
import { resultOf } from '../support/msgpack/encoded-results.js'
import { startPostgres } from '../support/postgres/server.js'

const SCHEMA = [
  ['id', 'bigint'],
  ['email', 'varchar'],
  ['card', 'bigint'],
  ['phones', 'array(varchar)'],
  ['name', 'varchar'],
  ['shop', 'varchar'],
] as const
/** In whatever way a value is written, one of these is in it. */
const RAW = ['secret.example', 'Adelheid', '+4917', '411111111']
const ROWS = Array.from({ length: 3000 }, (_, i) => [
  i,
  i % 7 === 0 ? null : `user${i}@secret.example`,
  4_111_111_110_000_000 + i,
  [`+49170${i}`, `+49171${i}`],
  `Adelheid ${i % 2}`,
  `shop ${i % 3}`,
])

const source = () => resultOf(SCHEMA, ROWS)
const masks = () =>
  mask(
    { email: 'hmac-sha256', card: 'last4', phones: 'hmac-sha256', name: 'redact' },
    { key: 'a key for the tests' },
  )

/** All files of a folder, as they are and unpacked. */
function bytesIn(folder: string): Buffer {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  const contents = files.map((path) => {
    const bytes = readFileSync(path)
    return path.endsWith('.gz') ? gunzipSync(bytes) : bytes
  })
  return Buffer.concat([...contents, Buffer.from(files.join('\n'))])
}

function hides(t: Test, bytes: Uint8Array, what: string): void {
  for (const raw of RAW) t.notOk(Buffer.from(bytes).includes(raw), `${what}: ${raw}`)
}

const SINKS: Readonly<Record<string, (folder: string) => Sink>> = {
  csv: (folder) => csv(join(folder, 'out.csv')),
  'csv.gz': (folder) => csv(join(folder, 'out.csv.gz')),
  tsv: (folder) => tsv(join(folder, 'out.tsv')),
  ndjson: (folder) => ndjson(join(folder, 'out.ndjson')),
  json: (folder) => json(join(folder, 'out.json')),
  msgpack: (folder) => msgpack(join(folder, 'out.msgpack')),
  parquet: (folder) => parquet(join(folder, 'out.parquet'), { codec: 'none' }),
  arrow: (folder) => arrow(join(folder, 'out.arrow')),
  duckdb: (folder) => duckdb('users', { database: join(folder, 'it.duckdb'), create: true }),
  partitions: (folder) =>
    partitionBy(['shop', 'name'], (path) => ndjson(`${path}.ndjson`), { folder, maxRowsPerFile: 900 }),
  tee: (folder) => tee(csv(join(folder, 'a.csv')), parquet(join(folder, 'b.parquet'), { codec: 'none' })),
}

for (const [name, sinkIn] of Object.entries(SINKS)) {
  t.test(`G22: nothing that is masked is in the bytes of ${name}`, async (t) => {
    const folder = t.testdir()
    await pipeline(source(), sinkIn(folder))
    const open = bytesIn(folder)
    // DuckDB packs texts, and binary formats have the number in another form.
    for (const raw of RAW.filter(
      (each) => name !== 'duckdb' && (each !== '411111111' || /csv|tsv|json/.test(name)),
    ))
      t.ok(open.includes(raw), `without masks there is ${raw}`)
    const other = t.testdir()
    const report = await pipeline(source(), masks(), sinkIn(other))
    hides(t, bytesIn(other), name)
    hides(t, Buffer.from(JSON.stringify(report)), 'the report')
    t.match(report, { rows: ROWS.length, rowsWritten: ROWS.length })
  })
}

t.test('masked columns of files of columns and of tables are texts', async (t) => {
  const folder = t.testdir()
  const table = () => duckdb('users', { database: join(folder, 'it.duckdb'), create: true })
  await pipeline(source(), masks(), tee(parquet(join(folder, 'out.parquet')), table()))
  const instance = await DuckDBInstance.create(join(folder, 'it.duckdb'))
  const connection = await instance.connect()
  t.teardown(() => {
    connection.closeSync()
    instance.closeSync()
  })
  for (const from of [`'${join(folder, 'out.parquet')}'`, 'users']) {
    const types = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${from}`)
    t.strictSame(
      types.getRowsJson().map(([name, type]) => `${name} ${type}`),
      ['id BIGINT', 'email VARCHAR', 'card VARCHAR', 'phones VARCHAR', 'name VARCHAR', 'shop VARCHAR'],
    )
    const counts = await connection.runAndReadAll(
      `SELECT count(email), count(DISTINCT email), min(length(email)), min(card), min(name) FROM ${from}`,
    )
    t.strictSame(counts.getRowsJson(), [['2571', '2571', '64', '************0000', '***']])
  }
})

t.test('G22: nothing that is masked is in a table of PostgreSQL', async (t) => {
  const url = await startPostgres(t)
  if (url === undefined) return t.plan(0, 'PostgreSQL is not installed: pg_config and initdb were not found')
  await pipeline(source(), masks(), postgres('users', { connection: url, create: true }))
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  t.teardown(() => client.end())
  const { rows } = await client.query('SELECT * FROM users ORDER BY id')
  t.equal(rows.length, ROWS.length)
  t.match(rows[1], {
    email: /^[0-9a-f]{64}$/,
    card: '************0001',
    phones: /^[0-9a-f]{64}$/,
    name: '***',
  })
  hides(t, Buffer.from(JSON.stringify(rows)), 'the table')
})

t.test('nothing that is masked is in rows, batches of rows and record batches', async (t) => {
  const seen: unknown[] = []
  for await (const batch of batches(source(), { transforms: [masks()] })) seen.push(...batch)
  t.equal(seen.length, ROWS.length)
  hides(t, Buffer.from(JSON.stringify(seen)), 'batches')
  const opened = await open(source())
  const found: unknown[] = []
  for await (const row of opened.rows({ transforms: [masks()] })) found.push(row)
  hides(t, Buffer.from(JSON.stringify(found)), 'rows')
  const bytes: Uint8Array[] = []
  for await (const batch of recordBatches(source(), { transforms: [masks()] })) bytes.push(batch)
  hides(t, Buffer.concat(bytes), 'record batches')
})

t.test('checks are about masked values, and their messages show none', async (t) => {
  const path = join(t.testdir(), 'out.csv')
  const expect = { notNull: ['email'], unique: ['name', 'card'] }
  const error = await pipeline(source(), masks(), csv(path), { expect }).catch((failure) => failure)
  t.match(error, {
    code: 'E_EXPECTATION',
    message: /429 of 3000 rows have a NULL.*2999 of 3000 rows have keys/,
  })
  hides(t, Buffer.from(`${error.stack} ${JSON.stringify(error)}`), 'the error')
})

t.test('a value that its output cannot hold is not shown where it is masked', async (t) => {
  const wrong = () =>
    resultOf(
      [
        ['a', 'bigint'],
        ['b', 'varchar'],
      ],
      [['no number, secret.example', 'x']],
    )
  const path = join(t.testdir(), 'out.parquet')
  await t.rejects(pipeline(wrong(), parquet(path)), { code: 'E_TYPE', message: /secret\.example/ })
  t.match(await pipeline(wrong(), mask({ a: 'last4' }), parquet(path)), { rows: 1 })
})
