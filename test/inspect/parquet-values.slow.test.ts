/** What `inspect` says of values that a JavaScript number or date cannot hold, in files that DuckDB has written. */
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import t from 'tap'
import { inspect } from '../../src/inspect/index.js'

const folder = t.testdir()
const connection = await (await DuckDBInstance.create()).connect()
t.teardown(() => connection.closeSync())

let files = 0
/** A file with the rows of a query. */
async function fileOf(query: string, options = ''): Promise<string> {
  const path = join(folder, `${files++}.parquet`)
  await connection.run(`COPY (${query}) TO '${path}' (FORMAT parquet${options})`)
  return path
}

/** Least and greatest value as SQL literals, the type, and what is to be shown of them. */
const EXACT: readonly [
  type: string,
  min: string,
  max: string,
  shown: string,
  least: unknown,
  most: unknown,
][] = [
  ['DECIMAL(9,4)', '-0.0001', '0.0001', 'decimal(9,4)', '-0.0001', '0.0001'],
  [
    'DECIMAL(18,4)',
    '-99999999999999.9999',
    '99999999999999.9999',
    'decimal(18,4)',
    '-99999999999999.9999',
    '99999999999999.9999',
  ],
  [
    'DECIMAL(38,10)',
    '-9',
    '9999999999999999999999999999.9999999999',
    'decimal(38,10)',
    '-9.0000000000',
    '9999999999999999999999999999.9999999999',
  ],
  ['DECIMAL(4,0)', '-12', '7', 'decimal(4,0)', '-12', '7'],
  [
    'TIMESTAMP',
    "'1969-12-31 23:59:59.999999'",
    "'1970-01-01 00:00:00.000001'",
    'timestamp(6)',
    '1969-12-31T23:59:59.999999',
    '1970-01-01T00:00:00.000001',
  ],
  [
    'TIMESTAMP_MS',
    "'0001-01-01 00:00:00.001'",
    "'9999-12-31 23:59:59.999'",
    'timestamp(3)',
    '0001-01-01T00:00:00.001',
    '9999-12-31T23:59:59.999',
  ],
  [
    'TIMESTAMP_NS',
    "'1969-12-31 23:59:59.999999999'",
    "'2262-01-01 00:00:00.000000001'",
    'timestamp(9)',
    '1969-12-31T23:59:59.999999999',
    '2262-01-01T00:00:00.000000001',
  ],
  [
    'TIMESTAMPTZ',
    "'1969-12-31 23:59:59.5+00'",
    "'2026-07-01 00:00:00+00'",
    'timestamp(6) with time zone',
    '1969-12-31T23:59:59.500000Z',
    '2026-07-01T00:00:00.000000Z',
  ],
  ['TIME', "'00:00:00'", "'23:59:59.999999'", 'time(6)', '00:00:00.000000', '23:59:59.999999'],
  ['DATE', "'0001-01-01'", "'9999-12-31'", 'date', '0001-01-01', '9999-12-31'],
  ['FLOAT', '-0.1', '3.4028235e38', 'real', -0.1, 3.4028235e38],
  ['UTINYINT', '0', '255', 'smallint', 0, 255],
  ['UINTEGER', '1', '4294967295', 'bigint', 1, 4294967295],
  ['UBIGINT', '1', '18446744073709551615', 'decimal(20,0)', 1, 18446744073709551615n],
  [
    'BIGINT',
    '-9223372036854775808',
    '9223372036854775807',
    'bigint',
    -9223372036854775808n,
    9223372036854775807n,
  ],
]

for (const [type, min, max, shown, least, most] of EXACT) {
  t.test(`${type} is shown with all its digits`, async (t) => {
    const path = await fileOf(`SELECT unnest([${min}, NULL, ${max}]::${type}[]) AS v`)
    const { columns, firstRows } = await inspect(path)
    t.strictSame(firstRows, [[least], [null], [most]])
    t.match(columns, [{ type: shown, nulls: 1, distinct: 2 }])
    t.strictSame([columns[0]!.min, columns[0]!.max], [least, most])
  })
}

t.test('values that differ in their last digit alone are two', async (t) => {
  const query = `SELECT unnest([TIMESTAMP '2026-01-01 00:00:00.000001', TIMESTAMP '2026-01-01 00:00:00.000002']) AS at,
    unnest([12345678901234567890123456789012345.678, 12345678901234567890123456789012345.679]::DECIMAL(38,3)[]) AS d`
  const { columns } = await inspect(await fileOf(query))
  t.match(columns, [
    { distinct: 2, kinds: { time: 2 } },
    { distinct: 2, kinds: { number: 2 } },
  ])
})

t.test('the histogram of decimals is of their values, not of how they are stored', async (t) => {
  const { columns } = await inspect(
    await fileOf('SELECT (i / 100.0)::DECIMAL(9,2) AS d FROM range(100, 201) r(i)'),
  )
  t.match(columns[0]!.histogram, { of: 'value', from: 1, to: 2 })
})

t.test('values inside of lists, structs and maps are as exact', async (t) => {
  const query = `SELECT [0.0001::DECIMAL(9,4), NULL] AS list,
    {'at': TIMESTAMP '1969-12-31 23:59:59.999999', 'r': 0.1::FLOAT} AS struct,
    MAP {DATE '2026-01-31': [1::UBIGINT]} AS map, MAP {'k': 1.50::DECIMAL(5,2)} AS prices,
    [[{'t': TIME '01:02:03'}]] AS deep`
  const { firstRows, columns } = await inspect(await fileOf(query))
  t.strictSame(firstRows, [
    [
      ['0.0001', null],
      { at: '1969-12-31T23:59:59.999999', r: 0.1 },
      { '2026-01-31': [1] },
      { k: '1.50' },
      [[{ t: '01:02:03.000000' }]],
    ],
  ])
  t.strictSame(
    columns.map(({ type }) => type),
    [
      'array(decimal(9,4))',
      'row(at timestamp(6), r real)',
      'map(date, array(decimal(20,0)))',
      'map(varchar, decimal(5,2))',
      'array(array(row(t time(6))))',
    ],
  )
})

t.test('intervals, uuids and binary', async (t) => {
  const query = `SELECT INTERVAL '14 months 3 days 4.005 seconds' AS i, INTERVAL '0 days' AS none,
    'f47ac10b-58cc-4372-a567-0e02b2c3d479'::UUID AS u, '\\x00\\xff'::BLOB AS b`
  const { firstRows, columns } = await inspect(await fileOf(query))
  t.strictSame(firstRows[0]!.slice(0, 3), ['P14M3DT4.005S', 'PT0S', 'f47ac10b-58cc-4372-a567-0e02b2c3d479'])
  t.strictSame(Buffer.from(firstRows[0]![3] as Uint8Array), Buffer.of(0, 255))
  t.strictSame(
    columns.map(({ type }) => type),
    ['interval', 'interval', 'uuid', 'varbinary'],
  )
})

for (const codec of ['uncompressed', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4', 'lz4_raw']) {
  for (const version of ['V1', 'V2']) {
    t.test(`a file of ${version} packed with ${codec} reads as what was written`, async (t) => {
      const query = `SELECT i AS id, 'text ' || (i % 7) AS t, CASE WHEN i % 3 = 0 THEN NULL ELSE i / 4 END AS d,
        [i, i + 1] AS list, [{'a': [i % 5]}] AS nested, repeat('x', 40 + (i % 3)::INT) AS long
        FROM range(5000) r(i)`
      const options = `, CODEC ${codec}, PARQUET_VERSION ${version}, ROW_GROUP_SIZE 2048`
      const { rows, rowGroups, columns, firstRows } = await inspect(await fileOf(query, options))
      t.match({ rows, rowGroups }, { rows: 5000, rowGroups: 3 })
      t.match(columns, [
        { min: 0, max: 4999 },
        { min: 'text 0', max: 'text 6', distinct: 7 },
        { nulls: 1667, min: 0.25, max: 1249.75 },
        { kinds: { nested: 5000 } },
        { kinds: { nested: 5000 } },
        { max: 'x'.repeat(42), distinct: 3 },
      ])
      t.strictSame(firstRows[1], [1, 'text 1', 0.25, [1, 2], [{ a: [1] }], 'x'.repeat(41)])
    })
  }
}
