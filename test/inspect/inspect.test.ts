import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { file, parquet, pipeline, stream } from '../../src/index.js'
import { inspect } from '../../src/inspect/index.js'
import { packRows } from '../../src/sandbox/index.js'

const SCHEMA = JSON.stringify([
  ['id', 'bigint'],
  ['name', 'varchar'],
  ['score', 'double'],
  ['ok', 'boolean'],
  ['list', 'array(bigint)'],
])

const ROWS = Array.from({ length: 5000 }, (_, i) => [
  i === 7 ? 2n ** 62n : i,
  i % 10 === 0 ? null : `name ${i % 40}`,
  i === 3 ? Number.NaN : i / 4,
  i % 2 === 0,
  [i % 3],
])

const folder = t.testdir({ 'rows.msgpack.gz': packRows(ROWS), 'rows.msgpack': gunzipSync(packRows(ROWS)) })
const packed = join(folder, 'rows.msgpack.gz')

t.test('a msgpack file is counted, typed by its schema and summed up by column', async (t) => {
  const found = await inspect(packed, { schema: SCHEMA })
  t.match(found, { format: 'msgpack', compression: 'gzip', rows: 5000, rowsRead: 5000 })
  t.equal(found.decodedBytes, gunzipSync(packRows(ROWS)).byteLength)
  const [id, name, score, ok, list] = found.columns
  t.match(id, { name: 'id', type: 'bigint', nulls: 0, kinds: { number: 5000 }, min: 0, max: 2n ** 62n })
  t.match(name, { nulls: 500, kinds: { text: 4500 }, min: 'name 1', max: 'name 9' })
  t.equal(name!.distinct, 36)
  t.same(name!.histogram, { of: 'length', from: 6, to: 7, counts: [1125, 3375] })
  t.match(score, { special: 1, min: 0, max: 1249.75 })
  t.match(ok, { min: false, max: true, distinct: 2, histogram: { counts: [2500, 2500] } })
  t.match(list, { kinds: { nested: 5000 }, distinct: 3, min: null, histogram: null })
  t.ok(Math.abs(id!.distinct - 5000) < 4 * found.distinctError * 5000)
  t.same(found.firstRows, ROWS.slice(0, 10))
})

t.test('plain msgpack is the same but for its packing', async (t) => {
  const { bytes, compression, ...plain } = await inspect(join(folder, 'rows.msgpack'), { schema: SCHEMA })
  t.equal(compression, 'none')
  t.equal(bytes, plain.decodedBytes)
  const { bytes: _, compression: __, ...gzip } = await inspect(packed, { schema: SCHEMA })
  t.same(plain, gzip)
})

t.test('decimals of a result are compared by their values, and told with all their digits', async (t) => {
  const schema = JSON.stringify([
    ['d', 'decimal(10,2)'],
    ['wide', 'decimal(38,0)'],
  ])
  const wide = ['99999999999999999999999999999999999999', '-7', '100000000000000000001', null]
  const rows = [
    ['9.00', wide[0]!],
    ['10.00', wide[1]!],
    ['-3.5', wide[2]!],
    [12, null],
  ]
  const path = join(folder, 'decimals.msgpack.gz')
  writeFileSync(path, packRows(rows))
  const found = await inspect(path, { schema, topValues: 4 })
  const [d, big] = found.columns
  t.match(d, { kinds: { number: 4 }, min: '-3.50', max: '12.00', distinct: 4 })
  t.match(big, { nulls: 1, min: '-7', max: wide[0]! })
  t.same(found.firstRows, rows, 'rows are shown as they came')
  const parquetPath = join(folder, 'decimals.parquet')
  await pipeline(file(path, { schema }), parquet(parquetPath))
  t.same((await inspect(parquetPath, { topValues: 4 })).columns, found.columns, 'as of a Parquet file')
})

t.test('a Parquet file of the same rows tells the same', async (t) => {
  const path = join(folder, 'rows.parquet')
  await pipeline(file(packed, { schema: SCHEMA }), parquet(path, { rowGroupSize: 1500 }))
  const found = await inspect(path)
  t.match(found, { format: 'parquet', compression: 'snappy', rows: 5000, rowsRead: 5000 })
  t.ok(found.rowGroups! > 1, 'more than one row group')
  t.strictSame(found.indexes, ['page_index', 'encoding_stats'])
  t.match(found.writer, 'td-sluice')
  const { columns, firstRows } = await inspect(packed, { schema: SCHEMA })
  t.same(found.columns, columns)
  t.same(found.firstRows, firstRows)
  const few = await inspect(path, { columns: ['score', 'id'], limit: 100 })
  t.same(
    few.columns.map(({ name, max }) => [name, max]),
    [
      ['score', 24.75],
      ['id', 2n ** 62n],
    ],
  )
  t.match(few, { rows: 5000, rowsRead: 100 })
})

t.test('types of Parquet are told in the words of SQL', async (t) => {
  const types = [
    'integer',
    'real',
    'date',
    'decimal(10,2)',
    'timestamp(6)',
    'varbinary',
    'row(a bigint, b varchar)',
  ]
  const nested = ['map(varchar, bigint)', 'array(array(double))', 'boolean', 'smallint']
  const schema = JSON.stringify([...types, ...nested].map((type, i) => [`c${i}`, type]))
  const rows = [
    [1, 1.5, '2026-01-31', '1.25', '2026-01-31 12:00:00.5', 'x', [1, 'a'], { k: 1 }, [[1.5]], true, 1],
  ]
  const path = join(folder, 'types.parquet')
  await pipeline(stream(Readable.from([packRows(rows)]), { schema }), parquet(path))
  const { columns } = await inspect(path)
  t.same(
    columns.map(({ type }) => type),
    [...types, ...nested],
  )
  t.match(columns[2], { min: '2026-01-31', kinds: { time: 1 } })
})

t.test('a limit reads no more than it needs', async (t) => {
  const few = await inspect(packed, { schema: SCHEMA, limit: 5, columns: ['id'] })
  t.match(few, { rowsRead: 5, columns: [{ name: 'id', max: 4 }], firstRows: [[0], [1], [2], [3], [4]] })
  t.same([few.rows, few.decodedBytes, few.compression], [undefined, undefined, 'gzip'])
})

t.test('without a schema the columns have made-up names and no types', async (t) => {
  const { columns } = await inspect(packed)
  t.match(columns[1], { name: '_col1', type: '', kinds: { text: 4500 } })
})

t.test('no rows at all', async (t) => {
  const found = await inspect(stream(Readable.from([packRows([])]), { schema: SCHEMA }))
  t.match(found, { rows: 0, columns: [{ nulls: 0, distinct: 0, min: null, max: null, histogram: null }] })
})

t.test('damage and mistakes fail as everywhere', async (t) => {
  const cut = join(folder, 'cut.msgpack.gz')
  writeFileSync(cut, packRows(ROWS).subarray(0, 3000))
  await t.rejects(inspect(cut), { code: 'E_GZIP_TRUNCATED' })
  await t.rejects(inspect(join(folder, 'none')), { code: 'E_IO' })
  await t.rejects(inspect(folder), { code: 'E_IO' })
  await t.rejects(inspect(packed, { schema: SCHEMA, columns: ['nope'] }), { code: 'E_USAGE' })
  const path = join(folder, 'rows.bin')
  writeFileSync(path, 'no rows of any format')
  await t.rejects(inspect(path), { code: 'E_NOT_MSGPACK' })
  await t.rejects(inspect(packed, { signal: AbortSignal.abort() }), { code: 'E_INTERRUPTED' })
})

t.test('a damaged Parquet file is E_PARQUET', async (t) => {
  const whole = join(folder, 'whole.parquet')
  await pipeline(file(packed, { schema: SCHEMA }), parquet(whole))
  await t.rejects(inspect(whole, { columns: ['nope'] }), { code: 'E_USAGE' })
  const path = join(folder, 'damaged.parquet')
  writeFileSync(path, 'PAR1 and nothing more')
  await t.rejects(inspect(path), { code: 'E_PARQUET' })
})
