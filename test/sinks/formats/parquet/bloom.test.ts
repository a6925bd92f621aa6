import t from 'tap'
import { type Schema, writeParquet } from '../../../support/parquet/file.js'
import { chunksOf } from '../../../support/parquet/footer.js'
import { DuckDB } from '../../../support/parquet/readers.js'
import type { ThriftStruct } from '../../../support/parquet/thrift-reader.js'

const duckdb = new DuckDB()
t.teardown(() => duckdb.close())

const ROWS = 6000
const hash = (i: number) => Math.imul(i ^ (i >>> 15), 0x9e3779b1) >>> 0

/** Values that fill the whole range of each row group, so that minimum and maximum exclude none of them. */
const COLUMNS: readonly (readonly [
  name: string,
  type: string,
  cell: (i: number) => unknown,
  literal: (i: number) => string,
])[] = [
  ['big', 'bigint', (i) => BigInt(hash(i)) * 1_000_003n, (i) => `${BigInt(hash(i)) * 1_000_003n}`],
  ['int', 'integer', (i) => hash(i) >> 1, (i) => `${hash(i) >> 1}`],
  [
    'text',
    'varchar',
    (i) => `${hash(i)}`.repeat((i % 7) + 1),
    (i) => `'${`${hash(i)}`.repeat((i % 7) + 1)}'`,
  ],
  ['few', 'varchar', (i) => `${hash(i) % 50}`, (i) => `'${hash(i) % 50}'`],
  ['real', 'double', (i) => hash(i) + 0.5, (i) => `${hash(i) + 0.5}::DOUBLE`],
]
const schema: Schema = COLUMNS.map(([name, type]) => [name, type])
const rows = Array.from({ length: ROWS }, (_, i) =>
  COLUMNS.map(([, , cell]) => (i % 17 === 3 ? null : cell(i))),
)

/** Column, row group, and whether it says that the value is not in it, of each filter that DuckDB asks. */
const probe = (column: string, literal: string) =>
  `SELECT row_group_id, bloom_filter_excludes FROM parquet_bloom_probe(PATH, '${column}', ${literal}) ORDER BY ALL`

t.test('DuckDB finds by the filters which row groups may have a value', async (t) => {
  const { bytes } = await writeParquet(schema, rows, {
    bloom: COLUMNS.map(([name]) => name).join(),
    rowGroupSize: 1000,
  })
  for (const [name, , , literal] of COLUMNS) {
    let excluded = 0
    for (let i = 0; i < ROWS; i += 211) {
      if (i % 17 === 3) continue
      const found = await duckdb.query(bytes, probe(name, literal(i)))
      t.equal(found.length, 6)
      t.equal(found[Math.floor(i / 1000)]![1], false, `the row group of ${literal(i)} is not excluded`)
      excluded += found.filter(([, isExcluded]) => isExcluded).length
    }
    if (name !== 'few') t.ok(excluded > 100, `${name}: ${excluded} others are`)
  }
})

t.test('a search finds what is there with filters as without', async (t) => {
  const { bytes } = await writeParquet(schema, rows, { bloom: 'big,text', rowGroupSize: 1000 })
  for (let i = 0; i < ROWS; i += 307) {
    if (i % 17 === 3) continue
    const [, , , big] = COLUMNS[0]!
    const [, , , text] = COLUMNS[2]!
    const where = `big = ${big(i)} AND text = ${text(i)}`
    t.strictSame(await duckdb.query(bytes, `SELECT count(*)::INTEGER FROM FILE WHERE ${where}`), [[1]])
  }
})

t.test('only the columns that were named have filters, behind the pages of their row group', async (t) => {
  const { bytes } = await writeParquet(
    [
      ['a,b', 'varchar'],
      ['c', 'bigint'],
      ['d', 'decimal(30,2)'],
    ],
    [['x', 1, '1.5']],
    { bloom: '"a,b",d' },
  )
  const [chunks] = chunksOf(bytes)
  const places = chunks!.map((chunk) => {
    const meta = chunk.get(3) as ThriftStruct
    return [meta.get(14), meta.get(15)] as [number | undefined, number | undefined]
  })
  t.strictSame(
    places.map(([at]) => at !== undefined),
    [true, false, true],
  )
  const last = chunks![2]!.get(3) as ThriftStruct
  t.equal(places[0]![0], ((last.get(11) ?? last.get(9)) as number) + (last.get(7) as number))
  t.equal(places[2]![0], places[0]![0]! + places[0]![1]!)
})

t.test('a column that cannot have a filter is refused', async (t) => {
  const columns: Schema = [
    ['yes', 'boolean'],
    ['list', 'array(bigint)'],
  ]
  for (const [bloom, message] of [
    ['yes', 'there is no Bloom filter for the column "yes"'],
    ['list', 'there is no Bloom filter for the column "list"'],
    ['yes,x', 'there is no Bloom filter for the column "yes"'],
    ['x', 'there is no column "x"'],
  ] as const) {
    await t.rejects(writeParquet(columns, [[true, []]], { bloom }), { code: 'E_USAGE', message })
  }
})
