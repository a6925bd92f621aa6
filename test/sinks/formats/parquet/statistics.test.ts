import { parquetMetadata } from 'hyparquet'
import t from 'tap'
import { Raw, writeParquet } from '../../../support/parquet/file.js'
import { DuckDB } from '../../../support/parquet/readers.js'
import { same } from '../../../support/parquet/same.js'

const duckdb = new DuckDB()
t.teardown(() => duckdb.close())

const raw = {
  stringFromBytes: (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1'),
  timestampFromMicroseconds: (micros: bigint) => micros,
  dateFromDays: (days: number) => days,
}

async function statistics(type: string, cells: readonly unknown[]) {
  const { bytes } = await writeParquet(
    [['c', type]],
    cells.map((cell) => [cell]),
  )
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
  const { row_groups } = parquetMetadata(file, { parsers: raw as never })
  return row_groups[0]!.columns[0]!.meta_data!.statistics!
}

const text = (bytes: string) => Buffer.from(bytes, 'latin1').toString()

t.test('numbers', async (t) => {
  const found = await statistics('bigint', [5, null, -(2n ** 63n), 2n ** 63n - 1n, null])
  t.equal(found.min_value, -(2n ** 63n))
  t.equal(found.max_value, 2n ** 63n - 1n)
  t.equal(found.null_count, 2n)
  t.equal(found.is_min_value_exact, true)
})

t.test('texts in the order of their bytes, not of UTF-16', async (t) => {
  const found = await statistics('varchar', ['\uffee', '🙂', 'z', '', 'zz'])
  t.equal(text(found.min_value as string), '')
  t.equal(text(found.max_value as string), '🙂')
})

t.test('binary as unsigned bytes', async (t) => {
  const found = await statistics('varbinary', [
    Buffer.from([0x80]),
    Buffer.from([0x7f, 0xff]),
    Buffer.from([0xff]),
  ])
  t.equal(found.min_value, '\x7f\xff')
  t.equal(found.max_value, '\xff')
})

t.test('none with a NaN, and of zeros both', async (t) => {
  const withNaN = await statistics('double', [1, Number.NaN, 3])
  t.equal(withNaN.min_value, undefined)
  t.equal(withNaN.max_value, undefined)
  const zeros = await statistics('double', [0, 0])
  t.ok(Object.is(zeros.min_value, -0))
  t.ok(Object.is(zeros.max_value, 0))
  const minusZeros = await statistics('real', [new Raw('ca 80000000')])
  t.ok(Object.is(minusZeros.max_value, 0))
})

t.test('none without values', async (t) => {
  const found = await statistics('bigint', [null, null])
  t.equal(found.min_value, undefined)
  t.equal(found.null_count, 2n)
})

t.test('long texts are cut to bounds that still hold', async (t) => {
  const found = await statistics('varchar', ['a'.repeat(100), 'é'.repeat(100)])
  t.equal(found.is_min_value_exact, false)
  t.equal(found.is_max_value_exact, false)
  t.equal(text(found.min_value as string), 'a'.repeat(64))
  t.equal(text(found.max_value as string), `${'é'.repeat(31)}ê`)
  const last = await statistics('varchar', ['\u{10ffff}'.repeat(30)])
  t.equal(last.max_value, undefined, 'nothing is greater')
  const bytes = await statistics('varbinary', [Buffer.alloc(70, 0xff), Buffer.alloc(70, 0xfe)])
  t.equal(bytes.max_value, undefined)
  t.equal(bytes.min_value, '\xfe'.repeat(64))
  const carry = await statistics('varbinary', [Buffer.concat([Buffer.from([1]), Buffer.alloc(70, 0xff)])])
  t.equal(carry.max_value, '\x02')
})

t.test('a character below the surrogates is raised beyond them', async (t) => {
  const found = await statistics('varchar', ['\ud7ff'.repeat(40)])
  t.equal(text(found.max_value as string), `${'\ud7ff'.repeat(20)}\ue000`)
})

/** Type, values in row groups of ten each, and conditions. */
const FILTERS: readonly (readonly [
  type: string,
  cells: readonly unknown[],
  conditions: readonly string[],
])[] = [
  [
    'bigint',
    range((i) => i * 1_000_003 - 50_000_150),
    ['c = 0', 'c < -40000000', 'c > 40000000', 'c BETWEEN -5 AND 5'],
  ],
  [
    'bigint',
    range((i) => -(2n ** 63n) + BigInt(i)),
    ['c = -9223372036854775808', 'c > -9223372036854775790'],
  ],
  ['integer', range((i) => i * 40_000_000 - 2_000_000_000), ['c > 1900000000', 'c = 0']],
  [
    'double',
    range((i) => (i % 17 === 0 ? Number.NaN : i / 4 - 10)),
    ['c > 100', 'c = 0', 'c < -9', "c = 'NaN'::DOUBLE"],
  ],
  ['double', range((i) => (i % 2 ? new Raw('cb 8000000000000000') : i - 50)), ['c = 0', 'c <= 0', 'c >= 0']],
  ['real', range((i) => i / 8), ['c = 1.5', 'c > 12']],
  [
    'varchar',
    range((i) => String.fromCodePoint(i < 50 ? 0xffa0 + i : 0x1f600 + i)),
    ["c = '🙂'", "c > '\uffee'", "c < '🙂'", "c = '\uffb0'"],
  ],
  [
    'varchar',
    range((i) => `${'long '.repeat(30)}${i}`),
    [`c = '${'long '.repeat(30)}42'`, `c > '${'long '.repeat(30)}9'`],
  ],
  [
    'varchar',
    range((i) => ['9', '10', '95', '', 'ü'][i % 5]),
    ["c = '95'", "c = ''", "c >= 'ü'", "c < '10'"],
  ],
  ['date', range((i) => `${1900 + i}-06-15`), ["c = DATE '1969-06-15'", "c < DATE '1905-01-01'"]],
  [
    'timestamp',
    range((i) => `${1920 + i}-01-01 00:00:00.5`),
    ["c = TIMESTAMP '1969-01-01 00:00:00.5'", "c > TIMESTAMP '2010-01-01'"],
  ],
  [
    'timestamp with time zone',
    range((i) => `${1920 + i}-01-01 00:00:00 +09:00`),
    ["c = TIMESTAMPTZ '1969-12-31 15:00:00+00'", "c < TIMESTAMPTZ '1925-01-01 00:00:00+00'"],
  ],
  [
    'time',
    range((i) => `00:${String(i % 60).padStart(2, '0')}:00`),
    ["c = TIME '00:30:00'", "c > TIME '00:58:00'"],
  ],
  ['decimal(9,2)', range((i) => `${i - 50}.25`), ['c = -49.75 - 0.5', 'c = 0.25', 'c < -40', 'c > 40']],
  [
    'decimal(18,2)',
    range((i) => `${(i - 50) * 1_000_000_000_000}.01`),
    ['c = 1000000000000.01', 'c < 0', 'c > 40000000000000'],
  ],
  [
    'decimal(38,2)',
    range((i) => `${(BigInt(i) - 50n) * 10n ** 30n}`),
    ['c = 0', 'c < 0', 'c > 40000000000000000000000000000000', 'c = -1000000000000000000000000000000'],
  ],
  [
    'uuid',
    range((i) => `${((i * 3) % 256).toString(16).padStart(2, '0')}000000-0000-4000-8000-000000000000`),
    ["c = '81000000-0000-4000-8000-000000000000'", "c > 'f0000000-0000-4000-8000-000000000000'"],
  ],
  ['boolean', range((i) => i >= 90), ['c', 'NOT c']],
  ['varbinary', range((i) => Buffer.from([i * 2, 255])), ["c = '\\x80\\xFF'::BLOB", "c > '\\xC0'::BLOB"]],
  ['bigint', range((i) => (i < 50 ? null : i)), ['c IS NULL', 'c IS NOT NULL', 'c = 75']],
]

function range(cell: (i: number) => unknown): unknown[] {
  return Array.from({ length: 100 }, (_, i) => cell(i))
}

for (const [type, cells, conditions] of FILTERS) {
  t.test(`a filter on ${type} finds what a full scan finds`, async (t) => {
    const { bytes } = await writeParquet(
      [['c', type]],
      cells.map((cell) => [cell]),
      { rowGroupSize: 10 },
    )
    for (const condition of conditions) {
      const filtered = await duckdb.query(bytes, `SELECT c FROM FILE WHERE ${condition}`)
      // A materialized copy has no statistics of the file to filter by.
      const scanned = await duckdb.query(
        bytes,
        `WITH copy AS MATERIALIZED (SELECT c FROM FILE) SELECT c FROM copy WHERE ${condition}`,
      )
      same(t, filtered, scanned, `${condition}: ${scanned.length} rows`)
      t.ok(scanned.length > 0, 'the condition holds for some')
    }
  })
}
