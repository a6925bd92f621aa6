import t from 'tap'
import { Raw, writeParquet } from '../../../support/parquet/file.js'
import { type Canonical, DuckDB } from '../../../support/parquet/readers.js'
import { same } from '../../../support/parquet/same.js'

const duckdb = new DuckDB()
t.teardown(() => duckdb.close())

/** Cells without a type, the type that is found, and the values DuckDB then reads. */
const CASES: readonly (readonly [cells: readonly unknown[], type: string, values: readonly Canonical[]])[] = [
  [[1, -5, 2n ** 62n], 'bigint', [1n, -5n, 2n ** 62n]],
  [[1, 1.5, null], 'double', [1, 1.5, null]],
  [[1, 2n ** 63n], 'decimal(20,0)', [1n, 2n ** 63n]],
  [[true, null], 'boolean', [true, null]],
  [['a', null], 'varchar', ['a', null]],
  [[null, null], 'varchar', [null, null]],
  [[Buffer.from([1]), null], 'varbinary', ['01', null]],
  [[Buffer.from([1]), 'a'], 'varbinary', ['01', '61']],
  [
    [new Date('2026-01-02T03:04:05Z')],
    'timestamp with time zone',
    [BigInt(Date.UTC(2026, 0, 2, 3, 4, 5)) * 1000n],
  ],
  [[[1, 2], [], null, [null]], 'array(bigint)', [[1n, 2n], [], null, [null]]],
  [[[], null], 'array(varchar)', [[], null]],
  [[[1], [1.5]], 'array(double)', [[1], [1.5]]],
  [[{ a: 1 }, { b: null }], 'map(varchar, bigint)', [{ pairs: [['a', 1n]] }, { pairs: [['b', null]] }]],
  [[new Raw('81 01 a161')], 'map(bigint, varchar)', [{ pairs: [[1n, 'a']] }]],
  [[[{ k: [1] }]], 'array(map(varchar, array(bigint)))', [[{ pairs: [['k', [1n]]] }]]],
  [[1, 'a', true, [1, 'x'], { k: 1 }], 'varchar', ['1', 'a', 'true', '[1,"x"]', '{"k":1}']],
  [[{ a: 1, b: 'x' }], 'varchar', ['{"a":1,"b":"x"}']],
  [[1e-7, 'a', 1e21], 'varchar', ['1e-7', 'a', '1e+21']],
  [[2n ** 64n - 1n, 0.5], 'varchar', ['18446744073709551615', '0.5']],
]

for (const [cells, type, values] of CASES) {
  t.test(
    `${JSON.stringify(values, (_, v) => (typeof v === 'bigint' ? String(v) : v))} are ${type}`,
    async (t) => {
      const rows = cells.map((cell) => [cell])
      const { bytes, notices } = await writeParquet(1, rows)
      same(
        t,
        await duckdb.query(bytes),
        values.map((value) => [value]),
        'values',
      )
      t.match(notices, [{ code: 'N_TYPES_INFERRED' }])
      t.ok(notices[0]!.message.endsWith(`_col0 ${type}`), notices[0]!.message)
    },
  )
}

t.test('only the columns without a type are inferred, parts of nested types too', async (t) => {
  const schema = [
    ['id', 'bigint'],
    ['sketch', 'hyperloglog'],
    ['list', 'array(unknown)'],
  ] as const
  const { bytes, notices } = await writeParquet(schema, [[1, Buffer.from([7]), [1, null]]])
  same(t, await duckdb.query(bytes), [[1n, '07', [1n, null]]], 'values')
  t.match(notices, [{ message: /: sketch varbinary, list array\(bigint\)$/ }])
})

t.test('fields of a row without a type, and elements of many types, become text', async (t) => {
  const schema = [
    ['r', 'row(a bigint, b unknown)'],
    ['l', 'array(unknown)'],
  ] as const
  const { bytes } = await writeParquet(schema, [
    [
      [1, { x: 1 }],
      [1, 'a'],
    ],
    [[2, 'text'], null],
  ])
  same(
    t,
    await duckdb.query(bytes),
    [
      [
        [1n, '{"x":1}'],
        ['1', 'a'],
      ],
      [[2n, 'text'], null],
    ],
    'values',
  )
})

t.test('values deeper than 64 levels become text', async (t) => {
  const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)])
  const text = `${'['.repeat(80)}1${']'.repeat(80)}`
  const { bytes } = await writeParquet(2, [[deep(10), deep(80)]], { limits: { depth: 100 } })
  same(t, await duckdb.query(bytes), [[nestedOnce(10), text]], 'values')
})

function nestedOnce(levels: number): Canonical {
  return levels === 0 ? 1n : [nestedOnce(levels - 1)]
}

t.test('a later value that does not fit the inferred type is refused by its row', async (t) => {
  // More than the 32 MiB of rows that types are inferred from.
  const text = 'x'.repeat(1024 * 1024)
  const rows = [...Array.from({ length: 33 }, (_, i) => [i, text]), ['eleven', '']]
  await t.rejects(writeParquet(2, rows, { codec: 'none' }), {
    code: 'E_TYPE',
    message: 'row 34, column "_col0": "eleven" does not fit the type bigint',
  })
})

t.test('nothing to infer from', async (t) => {
  const { bytes } = await writeParquet(2, [])
  same(t, await duckdb.query(bytes), [], 'no rows')
})
