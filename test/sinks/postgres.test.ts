import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import t from 'tap'
import { csv, limit, pipeline, type Source, select, tee } from '../../src/index.js'
import { postgres } from '../../src/postgres.js'
import { resultOf } from '../support/msgpack/encoded-results.js'
import { startPostgres } from '../support/postgres/server.js'

const SCHEMA = [
  ['b', 'boolean'],
  ['i', 'integer'],
  ['l', 'bigint'],
  ['d', 'double'],
  ['r', 'real'],
  ['n', 'decimal(38,8)'],
  ['s', 'varchar'],
  ['x', 'varbinary'],
  ['day', 'date'],
  ['at', 'timestamp(3)'],
  ['zoned', 'timestamp(3) with time zone'],
  ['clock', 'time(3)'],
  ['tags', 'array(varchar)'],
  ['m', 'map(varchar,bigint)'],
  ['u', 'uuid'],
  ['ip', 'ipaddress'],
  ['we "ird', 'something new'],
] as const
const UUID = '12151fd2-7586-11e9-8f9e-2a86e4085a59'
const FULL = [
  true,
  -7,
  2n ** 62n,
  Number.NaN,
  1.5,
  '12345678901234567890.12345678',
  'a\tb\nc\\d\r\\.\\N é',
  Uint8Array.of(0, 255),
  '2026-11-01',
  '2026-11-01 10:20:30.123',
  '2026-11-01 10:20:30.123 Asia/Tokyo',
  '10:20:30.123',
  ['x', 'y"'],
  { k: 2n ** 60n },
  UUID,
  '192.0.2.1',
  5,
]
const NUMBERS = [['n', 'bigint']] as const

t.test('PostgreSQL', async (t) => {
  const url = await startPostgres(t)
  if (url === undefined) return t.plan(0, 'PostgreSQL is not installed: pg_config and initdb were not found')
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  t.teardown(() => admin.end())
  const ask = async (sql: string) => (await admin.query({ text: sql, rowMode: 'array' })).rows

  t.test('every type reaches a table made for it, exactly', async (t) => {
    const rows = [FULL, FULL.map(() => null), FULL.map((cell) => (typeof cell === 'string' ? cell : null))]
    rows[2]![6] = ''
    const report = await pipeline(resultOf(SCHEMA, rows), postgres('it', { connection: url, create: true }))
    t.match(report, { rows: 3, format: 'postgres' })
    const columns = `b, i, l::text, d::text, r, n::text, s, x, day::text, at::text, zoned::text, clock::text,
      tags::text, m::text, u::text, ip::text, "we ""ird"`
    const [full, empty, third] = await ask(`SELECT ${columns} FROM it`)
    t.strictSame(full, [
      true,
      -7,
      `${2n ** 62n}`,
      'NaN',
      1.5,
      '12345678901234567890.12345678',
      'a\tb\nc\\d\r\\.\\N é',
      'AP8=',
      '2026-11-01',
      '2026-11-01 10:20:30.123',
      '2026-11-01 01:20:30.123+00',
      '10:20:30.123',
      '["x", "y\\""]',
      `{"k": ${2n ** 60n}}`,
      UUID,
      '192.0.2.1/32',
      '5',
    ])
    t.ok(empty!.every((cell: unknown) => cell === null))
    t.equal(third![6], '', 'the empty text is not NULL')
  })

  t.test('rows are appended, or replace what is there; columns go by name', async (t) => {
    await admin.query('CREATE SCHEMA other; CREATE TABLE other.it (s text, extra int DEFAULT 9, l bigint)')
    const run = (options = {}, steps: Parameters<typeof limit>[] = []) =>
      pipeline(
        resultOf(SCHEMA, [FULL, FULL]),
        select(['l', 's']),
        ...steps.map(([n]) => limit(n)),
        postgres(['other', 'it'], { connection: url, ...options }),
      )
    await run()
    t.equal((await run({}, [[1]])).limited, true)
    t.strictSame(await ask('SELECT count(*)::int, min(extra), min(l)::text FROM other.it'), [
      [3, 9, `${2n ** 62n}`],
    ])
    await run({ truncate: true })
    t.strictSame(await ask('SELECT count(*)::int FROM other.it'), [[2]])
  })

  t.test('other sessions see all rows, or none', async (t) => {
    await admin.query('CREATE TABLE numbers AS SELECT 1::bigint AS n')
    const many = Array.from({ length: 100_000 }, (_, i) => [i])
    const sink = () => postgres('numbers', { connection: url, truncate: true })
    const wrongCount = resultOf(NUMBERS, many, { expectedRows: 100_001 })
    await t.rejects(pipeline(wrongCount, sink()), { code: 'E_ROW_COUNT' })
    const wrongValue = resultOf(NUMBERS, [[1], ['many']])
    await t.rejects(pipeline(wrongValue, sink()), { code: 'E_DATABASE', message: /line 2, column n: "many"/ })
    const aborted = pipeline(resultOf(NUMBERS, many, { chunkBytes: 100 }), sink(), {
      signal: AbortSignal.timeout(20),
    })
    await t.rejects(aborted, { code: 'E_INTERRUPTED' })
    const folder = t.testdir()
    const both = tee(
      csv(join(folder, 'a.csv')),
      postgres('numbers', { connection: url }),
      csv(join(folder, 'no', 'b.csv')),
    )
    await t.rejects(pipeline(resultOf(NUMBERS, many), both), { code: 'E_IO' })
    t.strictSame(await ask('SELECT n::int FROM numbers'), [[1]])
    t.strictSame(
      await ask("SELECT count(*)::int FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"),
      [[0]],
    )
  })

  t.test('what cannot be is said before any work', async (t) => {
    let opened = false
    const source = resultOf(NUMBERS, [[1]])
    const watched: Source = {
      ...source,
      open: (context) => {
        opened = true
        return source.open(context)
      },
    }
    await t.rejects(pipeline(watched, postgres('missing', { connection: url })), {
      code: 'E_DATABASE',
      message: 'PostgreSQL: relation "missing" does not exist',
    })
    const nowhere = { connection: 'postgres://127.0.0.1:1/x' }
    await t.rejects(pipeline(watched, postgres('it', nowhere)), { code: 'E_DATABASE' })
    t.equal(opened, false)
  })

  t.test('a server that goes away is an error', async (t) => {
    await admin.query('CREATE TABLE victims (n bigint)')
    const sink = postgres('victims', { connection: url })
    const kill = {
      ...sink,
      open: async (context: Parameters<typeof sink.open>[0]) => {
        const opened = await sink.open(context)
        const end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY%'"
        while ((await admin.query(end)).rowCount === 0) await sleep(5)
        return opened
      },
    }
    await t.rejects(pipeline(resultOf(NUMBERS, [[1]]), kill), { code: 'E_DATABASE' })
    t.strictSame(await ask('SELECT * FROM victims'), [])
  })

  t.test('a client of the program stays open', async (t) => {
    await pipeline(resultOf(NUMBERS, [[5]]), postgres('mine', { connection: admin, create: true }))
    t.strictSame(await ask('SELECT n::int FROM mine'), [[5]])
    await t.rejects(pipeline(resultOf(NUMBERS, [['x']]), postgres('mine', { connection: admin })), {
      code: 'E_DATABASE',
    })
    t.strictSame(await ask('SELECT n::int FROM mine'), [[5]])
  })
})
