import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import t from 'tap'
import { duckdb, type TableMode } from '../../src/duckdb.js'
import { csv, limit, partitionBy, pipeline, select, tee } from '../../src/index.js'
import { resultOf } from '../support/msgpack/encoded-results.js'
import { importable, programArgs } from '../support/process/modules.js'

const SCHEMA = [
  ['b', 'boolean'],
  ['i', 'integer'],
  ['l', 'bigint'],
  ['d', 'double'],
  ['n', 'decimal(38,8)'],
  ['s', 'varchar'],
  ['x', 'varbinary'],
  ['day', 'date'],
  ['at', 'timestamp(3)'],
  ['zoned', 'timestamp(3) with time zone'],
  ['tags', 'array(varchar)'],
  ['m', 'map(varchar,bigint)'],
  ['u', 'uuid'],
  ['what', 'something new'],
] as const
const UUID = '12151fd2-7586-11e9-8f9e-2a86e4085a59'
const FULL = [
  true,
  -7,
  2n ** 62n,
  -0.5,
  '12345678901234567890.12345678',
  'a\tb\0c',
  Uint8Array.of(0, 255),
  '2026-11-01',
  '2026-11-01 10:20:30.123',
  '2026-11-01 10:20:30.123 Asia/Tokyo',
  ['x', 'y'],
  { k: 2n ** 60n },
  UUID,
  5,
]
const ROWS = [FULL, FULL.map(() => null)]

async function ask(path: string, sql: string): Promise<unknown[]> {
  const instance = await DuckDBInstance.create(path)
  const connection = await instance.connect()
  try {
    return (await connection.runAndReadAll(sql)).getRowsJson()
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

t.test('every type reaches a table made for it, exactly', async (t) => {
  const database = join(t.testdir(), 'db.duckdb')
  const report = await pipeline(resultOf(SCHEMA, ROWS), duckdb('it', { database, create: true }))
  t.match(report, { rows: 2, format: 'duckdb' })
  const columns =
    'b, i, l::text, d, n::text, s, hex(x), day::text, "at"::text, epoch_ms(zoned)::text, tags::text, m::text, u::text, what'
  const [full, empty] = (await ask(database, `SELECT ${columns} FROM it`)) as unknown[][]
  t.strictSame(full, [
    true,
    -7,
    `${2n ** 62n}`,
    -0.5,
    '12345678901234567890.12345678',
    'a\tb\0c',
    '00FF',
    '2026-11-01',
    '2026-11-01 10:20:30.123',
    '1793496030123',
    '[x, y]',
    `{k=${2n ** 60n}}`,
    UUID,
    '5',
  ])
  t.ok(empty!.every((cell) => cell === null))
})

t.test('rows are appended, or replace what is there', async (t) => {
  const database = join(t.testdir(), 'db.duckdb')
  const count = () => ask(database, 'SELECT count(*)::int FROM it')
  const steps = [select(['l', 's'])] as const
  const sink = (more = {}) => duckdb('it', { database, create: true, ...more })
  await pipeline(resultOf(SCHEMA, ROWS), ...steps, sink())
  await pipeline(resultOf(SCHEMA, ROWS), ...steps, limit(1), sink())
  t.strictSame(await count(), [[3]])
  await pipeline(resultOf(SCHEMA, ROWS), ...steps, sink({ mode: 'truncate' }))
  t.strictSame(await count(), [[2]])
})

t.test('a failed run leaves the table as it was', async (t) => {
  const database = join(t.testdir(), 'db.duckdb')
  await ask(database, 'CREATE TABLE it AS SELECT 1::bigint AS n')
  const many = Array.from({ length: 300_000 }, (_, i) => [i])
  const schema = [['n', 'bigint']] as const
  const sink = duckdb('it', { database, mode: 'truncate' })
  await t.rejects(pipeline(resultOf(schema, many, { expectedRows: 300_001 }), sink), { code: 'E_ROW_COUNT' })
  await t.rejects(pipeline(resultOf(schema, [[1], ['many']]), sink), {
    code: 'E_TYPE',
    message: /^row 2, column "n": /,
  })
  t.strictSame(await ask(database, 'SELECT n::int FROM it'), [[1]])
})

t.test('what cannot be is said in one line', async (t) => {
  const database = join(t.testdir(), 'db.duckdb')
  await ask(database, 'CREATE TABLE it (n BIGINT, other VARCHAR)')
  const run = (table: string, path = database) =>
    pipeline(resultOf([['n', 'bigint']], [[1]]), duckdb(table, { database: path }))
  await t.rejects(run('it'), {
    code: 'E_SCHEMA',
    message: 'the table has the columns n, other; the rows have n',
  })
  await t.rejects(run('none'), { code: 'E_DATABASE', message: 'there is no table "none"' })
  const missing = join(t.testdir(), 'no.duckdb')
  await t.rejects(run('it', missing), { code: 'E_DATABASE', message: `there is no database ${missing}` })
  t.notOk(existsSync(missing), 'looking made none')
  await t.rejects(run('it', join(t.testdir(), 'no', 'folder')), { code: 'E_IO' })
})

t.test('a schema that is not there is told before any work', async (t) => {
  const database = join(t.testdir(), 'db.duckdb')
  const prepare = (schema: string, mode?: TableMode) =>
    duckdb([schema, 'it'], { database, create: true, ...(mode && { mode }) }).prepare!()
  const missing = {
    code: 'E_DATABASE',
    message: 'there is no schema for the table "other"."it"',
    hint: 'CREATE SCHEMA "other"',
  }
  await t.rejects(prepare('other'), missing, 'a new file has no schema but main')
  await prepare('main')
  t.notOk(existsSync(database), 'looking made none')
  await ask(database, 'CREATE SCHEMA mine')
  await t.rejects(prepare('other'), missing)
  await t.rejects(prepare('other', 'replace'), missing)
  await prepare('Mine')
})

t.test('a view is told before any work', async (t) => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  t.teardown(() => connection.closeSync())
  await connection.run('CREATE TABLE base (n BIGINT); CREATE VIEW seen AS SELECT n FROM base')
  for (const mode of ['append', 'truncate', 'replace'] as const) {
    const message = /"seen" is a view, which takes no rows/
    await t.rejects(duckdb('seen', { database: connection, mode }).prepare!(), {
      code: 'E_DATABASE',
      message,
    })
  }
  await duckdb('base', { database: connection }).prepare!()
})

t.test('a table is replaced with its columns, or its rows are updated by their key', async (t) => {
  const database = join(t.testdir(), 'db.duckdb')
  await ask(
    database,
    "CREATE TABLE it (id BIGINT PRIMARY KEY, s VARCHAR); INSERT INTO it VALUES (1, 'a'), (2, 'b')",
  )
  const schema = [
    ['id', 'bigint'],
    ['s', 'varchar'],
  ] as const
  const run = (rows: unknown[][], options: object) =>
    pipeline(resultOf(schema, rows), duckdb('it', { database, ...options }))
  const upsert = { mode: 'upsert', key: 'id' }
  await t.rejects(
    run(
      [
        [3, 'x'],
        [3, 'y'],
      ],
      upsert,
    ),
    {
      code: 'E_DATABASE',
      message: 'rows 1 and 2 of the result have the same key',
    },
  )
  await t.rejects(
    run(
      [
        [3, 'x'],
        [null, 'y'],
      ],
      upsert,
    ),
    { code: 'E_TYPE', message: /^row 2, column "id": null / },
  )
  await t.rejects(run([], { mode: 'upsert', key: 's' }), {
    code: 'E_DATABASE',
    message: /no unique constraint/,
  })
  await run(
    [
      [2, 'B'],
      [3, 'c'],
    ],
    upsert,
  )
  t.strictSame(await ask(database, 'SELECT id::int, s FROM it ORDER BY id'), [
    [1, 'a'],
    [2, 'B'],
    [3, 'c'],
  ])
  await run(
    [
      [1, 'one'],
      [2, 'two'],
    ],
    { mode: 'truncate' },
  )
  t.strictSame(
    await ask(database, 'SELECT s FROM it ORDER BY id'),
    [['one'], ['two']],
    'the keys are free again',
  )
  await t.rejects(
    run(
      [
        [9, 'x'],
        ['many', 'y'],
      ],
      { mode: 'replace' },
    ),
    { code: 'E_TYPE' },
  )
  t.strictSame(await ask(database, 'SELECT s FROM it ORDER BY id'), [['one'], ['two']])
  await pipeline(resultOf([['other', 'double']], [[1.5]]), duckdb('it', { database, mode: 'replace' }))
  t.strictSame(await ask(database, 'SELECT * FROM it'), [[1.5]])
  await ask(
    database,
    'CREATE TABLE indexed ("a b" BIGINT, s VARCHAR); CREATE UNIQUE INDEX i ON indexed ("a b", s)',
  )
  await pipeline(
    resultOf(
      [
        ['a b', 'bigint'],
        ['s', 'varchar'],
      ],
      [[1, 'x']],
    ),
    duckdb('indexed', { database, mode: 'upsert', key: ['s', 'a b'] }),
  )
  t.strictSame(await ask(database, 'SELECT s FROM indexed'), [['x']])
  await ask(
    database,
    `CREATE SCHEMA other; CREATE TABLE other.it (id BIGINT, s VARCHAR); CREATE TABLE "Cased" (id BIGINT PRIMARY KEY, s VARCHAR);
     CREATE TABLE other.keyed (id BIGINT PRIMARY KEY, s VARCHAR)`,
  )
  const upserted = (table: string | readonly [string, string]) =>
    pipeline(resultOf(schema, [[1, 'x']]), duckdb(table, { database, mode: 'upsert', key: 'id' }))
  await ask(database, 'DROP TABLE it; CREATE TABLE it (id BIGINT PRIMARY KEY, s VARCHAR)')
  await t.rejects(
    upserted(['other', 'it']),
    { message: /no unique constraint/ },
    'that of a namesake counts for nothing',
  )
  for (const table of ['cased', ['Other', 'KEYED']] as const) await upserted(table)
  t.strictSame(await ask(database, 'SELECT s FROM "Cased" UNION ALL SELECT s FROM other.keyed'), [
    ['x'],
    ['x'],
  ])
})

/** What a run of another process ends with. */
function elsewhere(database: string): string {
  const url = (path: string) => importable(new URL(path, import.meta.url))
  const script = `
    import { duckdb } from ${url('../../src/duckdb.ts')}
    import { pipeline } from ${url('../../src/index.ts')}
    import { resultOf } from ${url('../support/msgpack/encoded-results.ts')}
    const sink = duckdb('it', { database: ${JSON.stringify(database)}, create: true })
    const run = pipeline(resultOf([['n', 'bigint']], [[1]]), sink)
    console.log(await run.then((report) => report.rows, (error) => error.code + ' ' + error.message))`
  const { stdout, stderr } = spawnSync(process.execPath, programArgs(script), { encoding: 'utf8' })
  return stdout + stderr
}

t.test('a database that another process has open is locked, and free after a run', async (t) => {
  const database = join(t.testdir(), 'db.duckdb')
  const holder = await DuckDBInstance.create(database)
  t.match(elsewhere(database), /^E_LOCKED /)
  holder.closeSync()
  await pipeline(resultOf([['n', 'bigint']], [[1]]), duckdb('it', { database, create: true }))
  t.equal(elsewhere(database), '1\n')
})

t.test('a connection of the program stays open, and its database may be in memory', async (t) => {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await pipeline(
    resultOf([['n', 'bigint']], [[1], [2]]),
    duckdb('it', { database: connection, create: true }),
  )
  const sum = await connection.runAndReadAll('SELECT sum(n)::int FROM it')
  t.strictSame(sum.getRows(), [[3]])
  const path = join(t.testdir(), 'out.csv')
  const both = tee(csv(path), duckdb('missing', { database: connection }))
  await t.rejects(pipeline(resultOf([['n', 'bigint']], [[1]]), both), { code: 'E_DATABASE' })
  connection.closeSync()
})

t.test('DuckDB reads partitions back', async (t) => {
  const folder = t.testdir()
  const rows = [
    ['a b/c', 1],
    [null, 2],
    ['é', 3],
  ]
  const schema = [
    ['key', 'varchar'],
    ['n', 'bigint'],
  ] as const
  await pipeline(
    resultOf(schema, rows),
    partitionBy(['key'], (path) => csv(`${path}.csv`), { folder }),
  )
  const read = `SELECT key, n::int FROM read_csv('${folder}/*/*.csv', hive_partitioning = true) ORDER BY n`
  t.strictSame(await ask(':memory:', read), rows)
})

t.test('lists, maps and structs are real ones, with any text in them', async (t) => {
  const database = join(t.testdir(), 'db.duckdb')
  const texts = [
    'plain',
    'NULL',
    'null',
    '',
    ' lead ',
    "a'b",
    'a"b',
    'a\\b',
    '[1,2]',
    "{'x': 1}",
    'a, b',
    'é😀',
  ]
  texts.push('line\nbreak', "\\'", "'\\", 'a=b', '(x)', 'tab\t', '\\n', '\\x41', 'nul\0l', '}', ',')
  const schema = [
    ['l', 'array(varchar)'],
    ['m', 'map(varchar, array(varbinary))'],
    ['s', 'row("a b" varchar, texts map(varchar, varchar), q double)'],
    ['j', 'array(json)'],
  ] as const
  const pairs = Object.fromEntries(texts.map((text) => [text, text]))
  const bytes = Uint8Array.of(0, 39, 92, 255)
  const rows = [
    [texts, { k: [bytes, null] }, ["x'y", pairs, -0.5], ['{"a": [1]}', { b: 2n ** 60n }]],
    [null, {}, null, null],
  ]
  await pipeline(resultOf(schema, rows), duckdb('it', { database, create: true }))
  const types = (await ask(database, "SELECT type FROM pragma_table_info('it')")) as unknown[][]
  t.strictSame(types.flat(), [
    'VARCHAR[]',
    'MAP(VARCHAR, BLOB[])',
    'STRUCT("a b" VARCHAR, texts MAP(VARCHAR, VARCHAR), q DOUBLE)',
    'JSON[]',
  ])
  const sql = "SELECT l, hex(m['k'][1]), s, j, cardinality(m)::text FROM it"
  const [row, empty] = (await ask(database, sql)) as unknown[][]
  t.strictSame(row![0], texts)
  t.equal(row![1], '00275CFF')
  const struct = row![2] as Record<string, unknown>
  t.equal(struct['a b'], "x'y")
  t.strictSame(
    struct.texts,
    texts.map((text) => ({ key: text, value: text })),
  )
  t.equal(struct.q, -0.5)
  t.strictSame(row![3], ['{"a": [1]}', `{"b":${2n ** 60n}}`])
  t.strictSame([empty![0], empty![4]], [null, '0'])
})

t.test('a part of a nested value that does not fit is told with row and column', async (t) => {
  const database = join(t.testdir(), 'db.duckdb')
  await ask(database, 'CREATE TABLE it (l INTEGER[], m MAP(INTEGER, INTEGER))')
  const schema = [
    ['l', 'array(bigint)'],
    ['m', 'map(varchar, bigint)'],
  ] as const
  const write = (row: unknown[]) => pipeline(resultOf(schema, [[[1], {}], row]), duckdb('it', { database }))
  await t.rejects(write([[1, 2 ** 40], {}]), { code: 'E_TYPE', message: /^row 2, column "l": / })
  await t.rejects(write([[1], { a: 1 }]), { code: 'E_TYPE', message: /^row 2, column "m": / })
  t.strictSame(await ask(database, 'SELECT count(*) FROM it'), [['0']])
  await write([[2], { 5: 6 }])
  t.strictSame(await ask(database, 'SELECT l::text, m::text FROM it'), [
    ['[1]', '{}'],
    ['[2]', '{5=6}'],
  ])
})

t.test('F54: rows that another transaction has changed are a failure that passes', async (t) => {
  const instance = await DuckDBInstance.create(join(t.testdir(), 'db.duckdb'))
  const [one, other] = [await instance.connect(), await instance.connect()]
  await one.run('CREATE TABLE it (n BIGINT); INSERT INTO it VALUES (1)')
  await other.run('BEGIN; DELETE FROM it')
  const write = () =>
    pipeline(resultOf([['n', 'bigint']], [[3]]), duckdb('it', { database: one, mode: 'truncate' }))
  await t.rejects(write(), { code: 'E_DATABASE_BUSY', retryable: true, message: /conflict/i })
  await other.run('ROLLBACK')
  await write()
  t.strictSame((await one.runAndReadAll('SELECT n::int FROM it')).getRowsJson(), [[3]])
  for (const connection of [one, other]) connection.closeSync()
  instance.closeSync()
})
