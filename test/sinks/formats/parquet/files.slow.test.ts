import { parquetMetadata } from 'hyparquet'
import t from 'tap'
import { cast, limit, rename, select } from '../../../../src/transforms/columns.js'
import { type Schema, writeParquet } from '../../../support/parquet/file.js'
import { type Canonical, DuckDB, readHyparquet } from '../../../support/parquet/readers.js'
import { readsAs, same } from '../../../support/parquet/same.js'

t.setTimeout(600_000)

const duckdb = new DuckDB()
t.teardown(() => duckdb.close())

const metadataOf = (bytes: Buffer) =>
  parquetMetadata(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer)

const NAMES = [
  'a.b.c',
  'with space',
  'quote"quote',
  "it's",
  '日本語',
  '🙂',
  '__proto__',
  'constructor',
  'toString',
  'new\nline',
  'list',
  'element',
  'key_value',
  'SELECT',
  'x'.repeat(1000),
]

t.test('names of all kinds', async (t) => {
  for (const name of NAMES) {
    const file = await writeParquet([[name, 'bigint']], [[1]])
    await readsAs(t, duckdb, file, [[1n]], JSON.stringify(name.slice(0, 20)))
    t.equal(metadataOf(file.bytes).schema[1]?.name, name)
  }
})

t.test('an empty name', async (t) => {
  const file = await writeParquet([['', 'bigint']], [[1]])
  same(t, await readHyparquet(file.bytes, file.plan), [[1n]], 'hyparquet')
  t.equal(metadataOf(file.bytes).schema[1]?.name, '')
})

t.test('names that occur again get a number, whatever their types', async (t) => {
  const schema: Schema = [
    ['a', 'bigint'],
    ['a', 'varchar'],
    ['a_2', 'double'],
    ['a', 'array(bigint)'],
  ]
  const file = await writeParquet(schema, [[1, 'x', 0.5, [1]]])
  await readsAs(t, duckdb, file, [[1n, 'x', 0.5, [1n]]])
  t.strictSame(
    JSON.parse(
      metadataOf(file.bytes).key_value_metadata!.find(({ key }) => key === 'td_sluice.schema')!.value!,
    ),
    [
      ['a', 'bigint'],
      ['a_3', 'varchar'],
      ['a_2', 'double'],
      ['a_4', 'array(bigint)'],
    ],
  )
})

t.test('no rows', async (t) => {
  const schema: Schema = [
    ['a', 'bigint'],
    ['b', 'array(row(x varchar))'],
    ['c', 'decimal(38,2)'],
  ]
  const file = await writeParquet(schema, [])
  await readsAs(t, duckdb, file, [])
  t.equal(metadataOf(file.bytes).row_groups.length, 0)
})

t.test('no columns', async (t) => {
  const file = await writeParquet([], [[], [], []])
  const { num_rows, schema } = metadataOf(file.bytes)
  t.equal(num_rows, 3n)
  t.equal(schema.length, 1)
})

t.test('one row of every type', async (t) => {
  const schema: Schema = [
    ['a', 'bigint'],
    ['b', 'varchar'],
    ['c', 'boolean'],
    ['d', 'map(varchar,bigint)'],
  ]
  await readsAs(t, duckdb, await writeParquet(schema, [[1, 'x', true, { k: 2 }]]), [
    [1n, 'x', true, { pairs: [['k', 2n]] }],
  ])
})

t.test('1,000 columns', async (t) => {
  const schema = Array.from({ length: 1000 }, (_, i) => [`c${i}`, i % 2 ? 'varchar' : 'bigint'] as const)
  const rows = Array.from({ length: 50 }, (_, r) => schema.map((_, i) => (i % 2 ? `${r}-${i}` : r * i)))
  const file = await writeParquet(schema, rows)
  const wanted = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? BigInt(cell) : cell)))
  await readsAs(t, duckdb, file, wanted)
})

t.test('the same bytes, whatever the chunks of the input', async (t) => {
  const schema: Schema = [
    ['a', 'bigint'],
    ['b', 'varchar'],
    ['c', 'array(double)'],
  ]
  const rows = Array.from({ length: 300 }, (_, i) => [i, `text ${i % 7}`, [i / 2, null]])
  const whole = await writeParquet(schema, rows)
  for (const chunkBytes of [1, 7, 1000]) {
    const cut = await writeParquet(schema, rows, { chunkBytes })
    t.ok(cut.bytes.equals(whole.bytes), `chunks of ${chunkBytes}`)
  }
})

t.test('row groups of so many rows', async (t) => {
  const rows = Array.from({ length: 2500 }, (_, i) => [i, i % 3 === 0 ? null : `v${i}`, [i]])
  const schema: Schema = [
    ['id', 'bigint'],
    ['v', 'varchar'],
    ['l', 'array(bigint)'],
  ]
  const file = await writeParquet(schema, rows, { rowGroupSize: 1000, chunkBytes: 999 })
  const { row_groups, num_rows } = metadataOf(file.bytes)
  t.strictSame(
    row_groups.map((group) => group.num_rows),
    [1000n, 1000n, 500n],
  )
  t.equal(num_rows, 2500n)
  const wanted = rows.map(([id, v, l]) => [
    BigInt(id as number),
    v as string | null,
    (l as number[]).map(BigInt),
  ])
  await readsAs(t, duckdb, file, wanted)
})

t.test('row groups of so many bytes', async (t) => {
  const rows = Array.from({ length: 200 }, (_, i) => [`${i}`.padEnd(100_000, `${i * 7919}`)])
  const file = await writeParquet([['v', 'varchar']], rows, { rowGroupBytes: 3_000_000, codec: 'none' })
  const { row_groups } = metadataOf(file.bytes)
  t.ok(row_groups.length >= 4, `${row_groups.length} row groups`)
  for (const group of row_groups) t.ok(Number(group.total_byte_size) < 9_000_000)
  await readsAs(t, duckdb, file, rows)
})

t.test('several pages in a row group', async (t) => {
  const schema: Schema = [
    ['id', 'bigint'],
    ['name', 'varchar'],
    ['x', 'double'],
    ['list', 'array(integer)'],
    ['map', 'map(varchar,array(varchar))'],
  ]
  const wanted: Canonical[][] = Array.from({ length: 30_000 }, (_, i) => [
    BigInt(i),
    `name ${i % 1000}`,
    i % 5 === 0 ? null : i / 8,
    i % 4 === 0 ? null : Array.from({ length: i % 3 }, (_, n) => (n === 1 ? null : BigInt(i))),
    { pairs: i % 7 === 0 ? [] : [[`k${i % 9}`, [`v${i}`, null]]] },
  ])
  const rows = wanted.map(([id, name, x, list, map]) => {
    const { pairs } = map as { pairs: [string, Canonical][] }
    return [id, name, x, list, new Map(pairs)]
  })
  for (const page of ['v1', 'v2'] as const) {
    const file = await writeParquet(schema, rows, { page })
    t.equal(metadataOf(file.bytes).row_groups.length, 1)
    await readsAs(t, duckdb, file, wanted, page)
  }
})

t.test('casting many columns needs no memory to speak of', async (t) => {
  const schema = Array.from({ length: 100 }, (_, i) => [`c${i}`, 'double'] as const)
  const row = schema.map((_, i) => i / 8)
  // What lies outside of the JavaScript heap, in which the test itself makes two million cells.
  const before = process.memoryUsage().external
  const file = await writeParquet(schema, Array(20_000).fill(row), {
    edit: (plan) => cast(Object.fromEntries(schema.map(([name]) => [name, 'varchar']))).apply(plan),
  })
  t.ok(process.memoryUsage().external - before < 100 * 1024 * 1024)
  same(t, await duckdb.query(file.bytes, 'SELECT count(*), min(c9) FROM FILE'), [[20_000n, '1.125']], 'rows')
})

/** Few values first, so that a dictionary is chosen; then nothing but new ones, beyond a mebibyte. */
const OVERFLOWS = [
  ['varchar', 50_000, (i: number) => (i < 33_000 ? `few ${i % 10}` : `${'many '.repeat(15)}${i}`), String],
  ['bigint', 170_000, (i: number) => (i < 33_000 ? i % 10 : i * 1_000_003), BigInt],
] as const

for (const [type, length, cell, canonical] of OVERFLOWS) {
  t.test(`a dictionary of ${type} that overflows: later pages are plain`, async (t) => {
    const cells = Array.from({ length }, (_, i) => (i % 101 === 0 ? null : cell(i)))
    const file = await writeParquet(
      [['c', type]],
      cells.map((value) => [value]),
    )
    const column = metadataOf(file.bytes).row_groups[0]!.columns[0]!.meta_data!
    t.ok(column.encodings.includes('RLE_DICTIONARY') && column.encodings.includes('PLAIN'))
    t.ok(column.dictionary_page_offset! < column.data_page_offset)
    const wanted = cells.map((value) => [value === null ? null : canonical(value)])
    await readsAs(t, duckdb, file, wanted)
    const [first] = await duckdb.query(file.bytes, 'SELECT min(c), max(c), count(DISTINCT c) FROM FILE')
    t.equal(first![2], BigInt(new Set(cells).size - 1))
  })
}

t.test('a dictionary where it makes the file smaller, and none where it does not', async (t) => {
  const rows = Array.from({ length: 50_000 }, (_, i) => [`value ${i % 50}`, `unique ${i * 31}`, i, i % 100])
  const schema: Schema = [
    ['few', 'varchar'],
    ['unique', 'varchar'],
    ['id', 'bigint'],
    ['code', 'bigint'],
  ]
  const { bytes } = await writeParquet(schema, rows)
  t.strictSame(
    metadataOf(bytes).row_groups[0]!.columns.map(({ meta_data }) =>
      meta_data!.encodings.includes('RLE_DICTIONARY'),
    ),
    [true, false, false, true],
  )
})

t.test('every codec and page version', async (t) => {
  const rows = Array.from({ length: 5000 }, (_, i) => [
    i,
    `text ${i % 11} ${'.'.repeat(i % 90)}`,
    [i, null],
    null,
  ])
  const schema: Schema = [
    ['a', 'bigint'],
    ['b', 'varchar'],
    ['c', 'array(bigint)'],
    ['d', 'double'],
  ]
  const wanted = rows.map(([a, b, c]) => [BigInt(a as number), b, [BigInt((c as number[])[0]!), null], null])
  for (const codec of ['snappy', 'gzip', 'none', 'zstd'] as const) {
    for (const page of ['v1', 'v2'] as const) {
      const file = await writeParquet(schema, rows, { codec, page })
      const { codec: name } = metadataOf(file.bytes).row_groups[0]!.columns[0]!.meta_data!
      t.equal(name, codec === 'none' ? 'UNCOMPRESSED' : codec.toUpperCase())
      await readsAs(t, duckdb, file, wanted as Canonical[][], `${codec} ${page}`)
    }
  }
})

t.test('the plan: columns, names, casts and a limit', async (t) => {
  const schema: Schema = [
    ['a', 'bigint'],
    ['b', 'varchar'],
    ['c', 'double'],
    ['d', 'array(bigint)'],
  ]
  const rows = Array.from({ length: 10 }, (_, i) => [i, `${i * 2}`, i / 2, [i]])
  const file = await writeParquet(schema, rows, {
    edit: (plan) =>
      [
        select(['d', 'b', 'a', 'c']),
        rename({ d: 'list' }),
        cast({ list: 'varchar', b: 'bigint', a: 'varchar', c: 'varchar' }),
        limit(3),
      ].reduce((edited, edit) => edit.apply(edited), plan),
  })
  await readsAs(t, duckdb, file, [
    ['[0]', 0n, '0', '0'],
    ['[1]', 2n, '1', '0.5'],
    ['[2]', 4n, '2', '1'],
  ])
  t.strictSame(
    metadataOf(file.bytes)
      .schema.slice(1)
      .map(({ name }) => name),
    ['list', 'b', 'a', 'c'],
  )
})

t.test('a column that is selected twice', async (t) => {
  const file = await writeParquet(
    [
      ['a', 'varchar'],
      ['b', 'bigint'],
    ],
    [['x', 1]],
    {
      edit: (plan) => select(['a', 'a', 'b']).apply(plan),
    },
  )
  await readsAs(t, duckdb, file, [['x', 'x', 1n]])
})

t.test('a cast that fails names column, row and value, or gives NULL', async (t) => {
  const edit = (plan: Parameters<ReturnType<typeof cast>['apply']>[0]) => cast({ a: 'bigint' }).apply(plan)
  await t.rejects(writeParquet([['a', 'varchar']], [['1'], ['one']], { edit }), {
    code: 'E_TYPE',
    message: 'row 2, column "a": "one" does not fit the type bigint',
  })
  const file = await writeParquet([['a', 'varchar']], [['1'], ['one']], { edit, onTypeError: 'null' })
  await readsAs(t, duckdb, file, [[1n], [null]])
})

t.test('options that make no sense', async (t) => {
  const write = (options: object) => writeParquet([['a', 'bigint']], [], options)
  await t.rejects(write({ codec: 'lzo' }), { code: 'E_USAGE' })
  await t.rejects(write({ page: 'v3' }), { code: 'E_USAGE' })
  await t.rejects(write({ rowGroupSize: 0 }), { code: 'E_USAGE' })
  await t.rejects(write({ rowGroupBytes: 1.5 }), { code: 'E_USAGE' })
  await t.rejects(write({ onTypeError: 'skip' }), { code: 'E_USAGE' })
  await t.rejects(write({ invalidUtf8: 'raw' }), { code: 'E_USAGE' })
  await t.rejects(write({ compression: 'gzip' }), { code: 'E_USAGE' })
})
