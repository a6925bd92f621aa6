import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import t, { type Test } from 'tap'
import { csv, limit, pipeline, type Source, select, tee } from '../../src/index.js'
import { postgres } from '../../src/postgres.js'
import { resultOf } from '../support/msgpack/encoded-results.js'
import { PostgresProxy } from '../support/postgres/proxy.js'
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

async function connected(t: Test, url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  t.teardown(() => client.end().catch(() => {}))
  return client
}

t.test('options of a table that do not go together are refused', async (t) => {
  t.throws(() => postgres('it', { mode: 'upsert' }), { code: 'E_USAGE', message: /needs a key/ })
  t.throws(() => postgres('it', { key: 'id' }), {
    code: 'E_USAGE',
    message: 'a key is for upsert, not for append',
  })
  t.throws(() => postgres('it', { mode: 'upsert', key: ['a', 'a'] }), { code: 'E_USAGE' })
  t.throws(() => postgres('it', { mode: 'merge' as never }), { code: 'E_USAGE' })
})

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
    await run({ mode: 'truncate' })
    t.strictSame(await ask('SELECT count(*)::int FROM other.it'), [[2]])
  })

  t.test('F51: other sessions see all rows, or none', async (t) => {
    await admin.query('CREATE TABLE numbers AS SELECT 1::bigint AS n')
    const many = Array.from({ length: 100_000 }, (_, i) => [i])
    const sink = () => postgres('numbers', { connection: url, mode: 'truncate' })
    const wrongCount = resultOf(NUMBERS, many, { expectedRows: 100_001 })
    await t.rejects(pipeline(wrongCount, sink()), { code: 'E_ROW_COUNT' })
    const wrongValue = resultOf(NUMBERS, [[1], ['many']])
    await t.rejects(pipeline(wrongValue, sink()), {
      code: 'E_TYPE',
      message: 'row 2, column "n": "many" does not fit the type bigint of the table exactly',
    })
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
      message: 'there is no table "missing"',
    })
    const nowhere = { connection: 'postgres://127.0.0.1:1/x' }
    await t.rejects(pipeline(watched, postgres('it', nowhere)), { code: 'E_DATABASE_BUSY' })
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
    await t.rejects(pipeline(resultOf(NUMBERS, [[1]]), kill), { code: 'E_DATABASE_BUSY', retryable: true })
    t.strictSame(await ask('SELECT * FROM victims'), [])
  })

  t.test('F53: a commit whose reply is lost is looked into', async (t) => {
    const proxy = await PostgresProxy.start(t, url)
    await admin.query('CREATE TABLE committed (n bigint)')
    const run = (connection: Parameters<typeof postgres>[1] = {}) =>
      pipeline(resultOf(NUMBERS, [[1]]), postgres('committed', { connection: proxy.url, ...connection }))
    const count = async () => (await ask('SELECT count(*)::int FROM committed')).flat()[0]
    proxy.fault = 'lost'
    await run()
    t.equal(await count(), 1, 'it was committed, and the run succeeds')
    proxy.fault = 'cut'
    await t.rejects(run(), { code: 'E_DATABASE_BUSY' })
    t.equal(await count(), 1, 'it was not, and the run may be repeated')
    await admin.query('CREATE TABLE committed_by (n bigint PRIMARY KEY)')
    for (const more of [{ mode: 'truncate' }, { mode: 'upsert', key: 'n' }, { mode: 'replace' }] as const) {
      await admin.query('DELETE FROM committed_by; INSERT INTO committed_by VALUES (7)')
      const runs = () =>
        pipeline(resultOf(NUMBERS, [[1]]), postgres('committed_by', { connection: proxy.url, ...more }))
      const rows = async () => (await ask('SELECT n::int FROM committed_by ORDER BY n')).flat()
      proxy.fault = 'cut'
      await t.rejects(runs(), { code: 'E_DATABASE_BUSY' })
      t.strictSame(await rows(), [7], `${more.mode}: it was not committed`)
      proxy.fault = 'lost'
      await runs()
      t.strictSame(await rows(), more.mode === 'upsert' ? [1, 7] : [1], `${more.mode}: it was`)
    }
    // A connection of the program cannot be made again.
    for (const [mode, code] of [
      ['append', 'E_DATABASE'],
      ['truncate', 'E_DATABASE_BUSY'],
    ] as const) {
      const client = await connected(t, proxy.url)
      const message = /it is not known whether the rows were committed/
      await t.rejects(run({ connection: client, mode }), { code, message })
    }
  })

  t.test('F54: what the server refuses for the moment is retryable', async (t) => {
    await admin.query('CREATE TABLE conflicts (n bigint PRIMARY KEY); INSERT INTO conflicts VALUES (1)')
    const [one, other] = [await connected(t, url), await connected(t, url)]
    await other.query('BEGIN; UPDATE conflicts SET n = 1 WHERE n = 1')
    await one.query("SET lock_timeout = '10ms'")
    const upsert = () =>
      pipeline(resultOf(NUMBERS, [[1]]), postgres('conflicts', { connection: one, mode: 'upsert', key: 'n' }))
    await t.rejects(upsert(), { code: 'E_DATABASE_BUSY', message: /lock timeout/ })
    await other.query('ROLLBACK')
    // The deadlock: each has one row and wants that of the other.
    await admin.query('INSERT INTO conflicts VALUES (2)')
    await one.query("SET lock_timeout = 0; SET deadlock_timeout = '10s'")
    await other.query("SET deadlock_timeout = '10ms'; BEGIN; UPDATE conflicts SET n = 2 WHERE n = 2")
    const both = resultOf(NUMBERS, [[1], [2]])
    const sink = postgres('conflicts', { connection: other, mode: 'upsert', key: 'n' })
    const waits = one.query(
      'BEGIN; UPDATE conflicts SET n = 1 WHERE n = 1; UPDATE conflicts SET n = 2 WHERE n = 2',
    )
    const waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    while ((await admin.query(waiting)).rowCount === 0) await sleep(5)
    await t.rejects(pipeline(both, sink), { code: 'E_DATABASE_BUSY', message: /deadlock detected/ })
    await waits
  })

  t.test('a NUL character is named by row and column, or left out', async (t) => {
    await admin.query('CREATE TABLE nul (id bigint, s text, j jsonb, plain json)')
    const schema = [
      ['id', 'bigint'],
      ['s', 'varchar'],
      ['j', 'array(varchar)'],
      ['plain', 'json'],
    ] as const
    const good = [1, 'a', ['x'], '"\\u0000"']
    const run = (row: unknown[], options = {}) =>
      pipeline(resultOf(schema, [good, row]), postgres('nul', { connection: url, ...options }))
    const problem = 'the text holds a NUL character, which PostgreSQL cannot hold'
    await t.rejects(run([2, 'a\0b', null, null]), {
      code: 'E_TYPE',
      message: `row 2, column "s": ${problem}`,
    })
    const nested = [2, null, ['a\0b\\\0'], null]
    await t.rejects(run(nested), { code: 'E_TYPE', message: `row 2, column "j": ${problem}` })
    t.strictSame(await ask('SELECT * FROM nul'), [], 'nothing was written')
    await run([2, '\0a\0', ['a\0b\\\0', 'c\\u0000'], null], { nul: 'strip' })
    t.strictSame(await ask('SELECT s, j, plain::text FROM nul ORDER BY id'), [
      ['a', ['x'], '"\\u0000"'],
      ['a', ['ab\\', 'c\\u0000'], null],
    ])
  })

  t.test('what the server refuses is told with row and column', async (t) => {
    await admin.query('CREATE TABLE strict (n int NOT NULL CHECK (n > 0), at date)')
    const schema = [
      ['n', 'bigint'],
      ['at', 'varchar'],
    ] as const
    const run = (...rows: unknown[][]) =>
      pipeline(resultOf(schema, [[1, null], ...rows]), postgres('strict', { connection: url }))
    await t.rejects(run([null, null]), {
      code: 'E_TYPE',
      message: 'row 2, column "n": null does not fit the type integer not null of the table exactly',
    })
    await t.rejects(run([2, null], [-1, null]), { code: 'E_TYPE', message: /^row 3: PostgreSQL: .*check/ })
    await admin.query('CREATE UNIQUE INDEX ON strict (n)')
    await t.rejects(run([1, null]), { code: 'E_DATABASE', message: /duplicate key .*line 2/ })
  })

  t.test('a table is replaced with its columns, by one commit', async (t) => {
    await admin.query('CREATE TABLE swapped AS SELECT 1 AS old')
    const rows = () => resultOf(NUMBERS, [[2], [3]])
    const replace = postgres('swapped', { connection: url, mode: 'replace' })
    await t.rejects(pipeline(resultOf(NUMBERS, [[2]], { expectedRows: 2 }), replace), { code: 'E_ROW_COUNT' })
    t.strictSame(await ask('SELECT old FROM swapped'), [[1]])
    await pipeline(rows(), replace)
    t.strictSame(await ask('SELECT n::int FROM swapped ORDER BY n'), [[2], [3]])
    await pipeline(rows(), postgres('fresh', { connection: url, mode: 'replace' }))
    t.strictSame(await ask('SELECT count(*)::int FROM fresh'), [[2]])
    t.strictSame(await ask("SELECT relname FROM pg_class WHERE relname LIKE 'td\\_sluice%'"), [])
  })

  t.test('rows are updated by their key, or added', async (t) => {
    await admin.query(`CREATE TABLE orders (id bigint, region text, amount numeric(10,2), note text DEFAULT 'new',
      UNIQUE (region, id)); INSERT INTO orders VALUES (1, 'eu', 1, 'kept'), (2, 'eu', 2, 'old')`)
    const schema = [
      ['id', 'bigint'],
      ['region', 'varchar'],
      ['amount', 'decimal(10,2)'],
    ] as const
    const upsert = (rows: unknown[][], key: string | string[] = ['id', 'region']) =>
      pipeline(resultOf(schema, rows), postgres('orders', { connection: url, mode: 'upsert', key }))
    await t.rejects(
      upsert([
        [3, 'eu', '1.00'],
        [4, 'eu', '1.00'],
        [3, 'eu', '2.00'],
      ]),
      {
        code: 'E_DATABASE',
        message: 'rows 1 and 3 of the result have the same key',
      },
    )
    await t.rejects(upsert([[3, null, '1.00']]), {
      code: 'E_TYPE',
      message: /^row 1, column "region": null /,
    })
    await t.rejects(upsert([[3, 'eu', '1.001']]), { code: 'E_TYPE', message: /^row 1, column "amount": / })
    await t.rejects(upsert([], 'id'), { code: 'E_DATABASE', message: /no unique constraint on \("id"\)/ })
    await upsert([
      [2, 'eu', '2.50'],
      [2, 'us', '9.00'],
    ])
    t.strictSame(await ask('SELECT id::int, region, amount, note FROM orders ORDER BY region, id'), [
      [1, 'eu', '1.00', 'kept'],
      [2, 'eu', '2.50', 'old'],
      [2, 'us', '9.00', 'new'],
    ])
    const made = postgres('made', { connection: url, mode: 'upsert', key: 'n', create: true })
    await pipeline(resultOf(NUMBERS, [[1], [2]]), made)
    await pipeline(resultOf(NUMBERS, [[2], [3]]), made)
    t.strictSame(await ask('SELECT n::int FROM made ORDER BY n'), [[1], [2], [3]])
  })

  t.test('F51: while a run is under way, readers see the old table and do not wait', async (t) => {
    for (const mode of ['truncate', 'replace', 'upsert'] as const) {
      await admin.query(
        'DROP TABLE IF EXISTS busy; CREATE TABLE busy (n bigint PRIMARY KEY); INSERT INTO busy VALUES (1)',
      )
      const seen: unknown[] = []
      const sink = postgres('busy', { connection: url, mode, ...(mode === 'upsert' && { key: 'n' }) })
      const watched = {
        ...sink,
        open: async (context: Parameters<typeof sink.open>[0]) => {
          const opened = await sink.open(context)
          seen.push(await ask('SELECT n::int FROM busy'))
          return opened
        },
      }
      await pipeline(resultOf(NUMBERS, [[5]]), watched)
      t.strictSame(seen, [[[1]]], mode)
      t.strictSame(
        await ask('SELECT n::int FROM busy ORDER BY n'),
        mode === 'upsert' ? [[1], [5]] : [[5]],
        mode,
      )
    }
  })

  t.test('a constraint that waits for the commit is checked before other outputs become final', async (t) => {
    await admin.query('CREATE TABLE late (n bigint UNIQUE DEFERRABLE INITIALLY DEFERRED)')
    const path = join(t.testdir(), 'a.csv')
    const both = tee(csv(path), postgres('late', { connection: url }))
    await t.rejects(pipeline(resultOf(NUMBERS, [[1], [1]]), both), {
      code: 'E_DATABASE',
      message: /duplicate/,
    })
    t.notOk(existsSync(path))
  })

  t.test('two runs that empty one table come one after the other', async (t) => {
    await admin.query('CREATE TABLE turns AS SELECT 1::bigint AS n')
    const sink = () => postgres('turns', { connection: url, mode: 'truncate' })
    const run = (to = sink()) => pipeline(resultOf(NUMBERS, [[2], [3]]), to)
    const { prepare, open, format } = sink()
    let second: Promise<unknown> | undefined
    const first = {
      format,
      prepare,
      open: async (context: Parameters<typeof open>[0]) => {
        const opened = await open(context)
        second = run()
        const waiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        while ((await ask(waiting)).length === 0) await sleep(20)
        return opened
      },
    }
    await run(first)
    await second
    t.strictSame(await ask('SELECT n::int FROM turns ORDER BY n'), [[2], [3]])
  })

  t.test('what is no table is told before any work, and the kinds of tables take rows', async (t) => {
    await admin.query(`
      CREATE TABLE base (n bigint); CREATE VIEW seen AS SELECT n FROM base;
      CREATE MATERIALIZED VIEW kept AS SELECT n FROM base; CREATE SEQUENCE counted;
      CREATE TABLE parted (n bigint PRIMARY KEY) PARTITION BY RANGE (n);
      CREATE TABLE parted_low PARTITION OF parted FOR VALUES FROM (0) TO (10);
      CREATE VIEW filled AS SELECT n FROM base;
      CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO base VALUES (NEW.n); RETURN NEW; END';
      CREATE TRIGGER fill INSTEAD OF INSERT ON filled FOR EACH ROW EXECUTE FUNCTION fill();
      CREATE ROLE kept_out LOGIN; CREATE TABLE secured (n bigint); GRANT ALL ON secured TO kept_out;
      ALTER TABLE secured ENABLE ROW LEVEL SECURITY; CREATE POLICY all_rows ON secured USING (true)`)
    for (const mode of ['append', 'truncate', 'replace'] as const) {
      for (const [table, message] of [
        ['seen', /"seen" is a view, which takes no rows/],
        ['kept', /"kept" is a materialized view, which/],
        ['counted', /"counted" is a sequence, which/],
      ] as const)
        await t.rejects(postgres(table, { connection: url, mode }).prepare!(), {
          code: 'E_DATABASE',
          message,
        })
    }
    await t.rejects(postgres('filled', { connection: url, mode: 'replace' }).prepare!(), {
      message: /is a view/,
    })
    await admin.query(`CREATE TABLE main (n bigint PRIMARY KEY, own bigint REFERENCES main);
      CREATE TABLE detail (n bigint REFERENCES main); CREATE TABLE parent (n bigint); CREATE TABLE child () INHERITS (parent);
      CREATE TABLE selfish (n bigint PRIMARY KEY, own bigint REFERENCES selfish);
      CREATE TABLE "Odd "".name" (n bigint); CREATE VIEW "See ""it" AS SELECT n FROM "Odd "".name"`)
    for (const [table, message] of [
      ['base', /"base" is needed by the view filled and the view kept and the view seen, so that/],
      [
        'main',
        /"main" is needed by a foreign key of detail, so that it cannot be dropped: use the mode truncate/,
      ],
      ['parent', /"parent" is needed by the table child/],
      ['Odd ".name', /is needed by the view "See ""it"/],
    ] as const) {
      const replacing = postgres(table, { connection: url, mode: 'replace' })
      await t.rejects(replacing.prepare!(), { code: 'E_DATABASE', message })
      await postgres(table, { connection: url, mode: 'truncate' }).prepare!()
    }
    for (const table of ['selfish', 'parted', 'child'])
      await postgres(table, { connection: url, mode: 'replace' }).prepare!()
    const guest = url.replace('test@', 'kept_out@')
    await t.rejects(postgres('secured', { connection: guest }).prepare!(), {
      code: 'E_DATABASE',
      message: /"secured" has row-level security, which COPY does not allow for the user kept_out/,
    })
    const write = (table: string, more = {}) =>
      pipeline(resultOf(NUMBERS, [[1]]), postgres(table, { connection: url, ...more }))
    await write('filled')
    t.strictSame(await ask('SELECT n::int FROM base'), [[1]])
    await write('secured')
    for (const more of [{}, { mode: 'truncate' }, { mode: 'upsert', key: 'n' }]) {
      await write('parted', more)
      t.strictSame(await ask('SELECT n::int FROM parted_low'), [[1]])
      await admin.query(more.mode === undefined ? 'DELETE FROM parted' : 'SELECT 1')
    }
    await t.rejects(pipeline(resultOf(NUMBERS, [[10]]), postgres('parted', { connection: url })), {
      message: /no partition of relation/,
    })
  })

  t.test('a missing permission is told before any work', async (t) => {
    await admin.query(
      'CREATE ROLE guest LOGIN; CREATE TABLE guarded (n bigint); GRANT SELECT ON guarded TO guest',
    )
    const connection = url.replace('test@', 'guest@')
    const prepare = (options: object, table = 'guarded') =>
      postgres(table, { connection, ...options }).prepare!()
    await t.rejects(prepare({}), {
      code: 'E_DATABASE',
      message: 'the user guest has no permission to INSERT on the table "guarded"',
      hint: 'GRANT INSERT ON "guarded" TO guest',
    })
    await admin.query('GRANT INSERT ON guarded TO guest')
    await prepare({})
    await t.rejects(prepare({ mode: 'truncate' }), { message: /permission to DELETE/ })
    await admin.query('GRANT CREATE ON SCHEMA public TO guest')
    await t.rejects(prepare({ mode: 'replace' }), {
      code: 'E_DATABASE',
      message: /"guarded" does not belong to the user guest, who therefore cannot replace it/,
    })
    await admin.query('CREATE SCHEMA closed; GRANT USAGE ON SCHEMA closed TO guest')
    const closed = postgres(['closed', 'it'], { connection, create: true })
    await t.rejects(closed.prepare!(), { message: /make tables in the schema closed/ })
  })

  t.test('a client of the program stays open', async (t) => {
    await pipeline(resultOf(NUMBERS, [[5]]), postgres('mine', { connection: admin, create: true }))
    t.strictSame(await ask('SELECT n::int FROM mine'), [[5]])
    await t.rejects(pipeline(resultOf(NUMBERS, [['x']]), postgres('mine', { connection: admin })), {
      code: 'E_TYPE',
    })
    t.strictSame(await ask('SELECT n::int FROM mine'), [[5]])
  })
})
