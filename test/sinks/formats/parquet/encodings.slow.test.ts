import t from 'tap'
import { type Schema, writeParquet } from '../../../support/parquet/file.js'
import { chunksOf, pagesOf } from '../../../support/parquet/footer.js'
import { DuckDB, readHyparquet } from '../../../support/parquet/readers.js'
import { same } from '../../../support/parquet/same.js'
import type { ThriftStruct } from '../../../support/parquet/thrift-reader.js'

const duckdb = new DuckDB()
t.teardown(() => duckdb.close())

const PLAIN = 0
const DELTAS = 5
const TEXT_LENGTHS = 6
const SHARED_TEXTS = 7
const DICTIONARY = 8
const STREAMS = 9

const hash = (i: number) => Math.imul(i ^ (i >>> 15), 0x9e3779b1) >>> 0

const COLUMNS: readonly (readonly [name: string, type: string, cell: (i: number) => unknown, v2: number])[] =
  [
    ['a number that rises', 'bigint', (i) => BigInt(i) * 3n + 10n ** 12n, DELTAS],
    ['a number that falls, with NULLs', 'integer', (i) => (i % 7 === 0 ? null : -i * 5), DELTAS],
    ['a few numbers', 'bigint', (i) => [200, 404, 500][hash(i) % 3], DICTIONARY],
    ['days', 'date', (i) => new Date(86_400_000 * (i % 20_000)).toISOString().slice(0, 10), DELTAS],
    [
      'instants',
      'timestamp(6)',
      (i) => new Date(1.7e12 + i * 1001).toISOString().replace('T', ' ').replace('Z', ''),
      DELTAS,
    ],
    ['prices', 'decimal(18,2)', (i) => `${100_000 + i}.25`, DELTAS],
    [
      'keys that rise',
      'varchar',
      (i) => `https://example.org/a/path/to/${String(i).padStart(9, '0')}`,
      SHARED_TEXTS,
    ],
    [
      'binary that rises',
      'varbinary',
      (i) => Buffer.from(`binary key ${String(i).padStart(9, '0')}`),
      SHARED_TEXTS,
    ],
    ['a few texts', 'varchar', (i) => `text ${hash(i) % 20}`, DICTIONARY],
    ['doubles near each other', 'double', (i) => 1 + Math.sin(i) / 1e6, STREAMS],
    ['yes and no', 'boolean', (i) => hash(i) % 2 === 0, PLAIN],
  ]

const ROWS = 20_000
const schema: Schema = COLUMNS.map(([name, type]) => [name, type])
const rows = Array.from({ length: ROWS }, (_, i) => COLUMNS.map(([, , cell]) => cell(i)))

const encodingsOf = (bytes: Buffer) =>
  chunksOf(bytes)[0]!.map((chunk) => {
    const stats = (chunk.get(3) as ThriftStruct).get(13) as ThriftStruct[]
    return stats.filter((item) => item.get(1) !== 2).map((item) => item.get(2))
  })

for (const codec of ['none', 'snappy', 'lz4_raw'] as const) {
  t.test(`pages V2 have the encoding that is smallest, and read the same (${codec})`, async (t) => {
    const { bytes, plan } = await writeParquet(schema, rows, { page: 'v2', codec })
    const v1 = await writeParquet(schema, rows, { page: 'v1', codec })
    if (codec !== 'lz4_raw') {
      t.strictSame(
        encodingsOf(bytes).map((found, i) => [COLUMNS[i]![0], ...found]),
        // Streams of bytes are as long as the values before they are compressed.
        COLUMNS.map(([name, , , v2]) => [name, codec === 'none' && v2 === STREAMS ? PLAIN : v2]),
      )
    }
    t.ok(bytes.length < v1.bytes.length * 0.75, `${bytes.length} of ${v1.bytes.length} bytes`)
    for (const found of encodingsOf(v1.bytes)) {
      t.ok(
        found.every((encoding) => encoding === PLAIN || encoding === DICTIONARY),
        'V1 has those that every reader knows',
      )
    }
    const expected = await readHyparquet(v1.bytes, plan)
    same(t, await readHyparquet(bytes, plan), expected, 'hyparquet')
    same(t, await duckdb.query(bytes), await duckdb.query(v1.bytes), 'DuckDB')
  })
}

t.test('texts of similar lengths that share nothing have their lengths apart', async (t) => {
  const { bytes, plan } = await writeParquet(
    [['c', 'varchar']],
    Array.from({ length: 40_000 }, (_, i) => [hash(i).toString(36).slice(-4)]),
    { page: 'v2', codec: 'none' },
  )
  t.strictSame(encodingsOf(bytes), [[TEXT_LENGTHS]])
  t.equal((await readHyparquet(bytes, plan))[39_999]![0], hash(39_999).toString(36).slice(-4))
})

t.test('lengths are apart also where it saves little, as readers are quicker', async (t) => {
  const text = (i: number) => `${hash(i)}.${hash(i + 7)}`.padEnd((i % 3) + 22, '.')
  const { bytes, plan } = await writeParquet(
    [['c', 'varchar']],
    Array.from({ length: 40_000 }, (_, i) => [text(i)]),
    { page: 'v2', codec: 'snappy' },
  )
  t.strictSame(encodingsOf(bytes), [[TEXT_LENGTHS]])
  t.equal((await readHyparquet(bytes, plan))[39_999]![0], text(39_999))
})

t.test('levels of repeated columns are compressed, and their values have the newer encodings', async (t) => {
  const lists = Array.from({ length: 40_000 }, (_, i) => [i, [i, i + 1, null]])
  const schema: Schema = [
    ['id', 'bigint'],
    ['list', 'array(bigint)'],
  ]
  for (const [codec, list] of [
    ['snappy', 0],
    ['none', 3],
  ] as const) {
    const { bytes, plan } = await writeParquet(schema, lists, { page: 'v2', codec })
    const types = chunksOf(bytes)[0]!.map((chunk) => pagesOf(bytes, chunk)[0]!.header.get(1))
    t.strictSame(types, [3, list], codec)
    t.strictSame(encodingsOf(bytes), [[DELTAS], [DELTAS]])
    t.strictSame((await readHyparquet(bytes, plan))[39_999]![1], [39_999n, 40_000n, null])
    t.strictSame(await duckdb.query(bytes, 'SELECT sum(list[2]), count(*) FROM FILE'), [
      [800_020_000n, 40_000n],
    ])
  }
})

t.test('a dictionary that became too large goes on in the encoding of its values', async (t) => {
  const cell = (i: number) => (i < 40_000 ? i % 9 : 10 ** 12 + i)
  const { bytes, plan } = await writeParquet(
    [['c', 'bigint']],
    Array.from({ length: 200_000 }, (_, i) => [cell(i)]),
    { page: 'v2' },
  )
  const [found] = encodingsOf(bytes)
  t.ok(found!.includes(DICTIONARY) && found!.length === 2, `${found}`)
  const values = await readHyparquet(bytes, plan)
  t.ok(values.every(([value], i) => value === BigInt(cell(i))))
})

t.test('a block of LZ4 may be longer than its window and end with any bytes', async (t) => {
  for (const length of [0, 5, 13, 65_535, 65_537, 200_000]) {
    for (const unit of ['a', `${hash(length)}abcdefghij`]) {
      const cell = unit.repeat(Math.ceil(length / unit.length)).slice(0, length)
      const cells = [cell, `${cell}z`, hash(length).toString(36).repeat(3)]
      const { bytes, plan } = await writeParquet(
        [['c', 'varchar']],
        cells.map((text) => [text]),
        { codec: 'lz4_raw' },
      )
      t.strictSame(
        (await readHyparquet(bytes, plan)).map(([text]) => text),
        cells,
      )
      t.strictSame(
        (await duckdb.query(bytes)).map(([text]) => text),
        cells,
      )
    }
  }
})

t.test('a level of gzip makes files smaller or larger', async (t) => {
  const cells = Array.from({ length: 30_000 }, (_, i) => [`${hash(i % 500)} ${hash(i)}`])
  const bytesOf = async (codecLevel?: number) =>
    (await writeParquet([['c', 'varchar']], cells, { codec: 'gzip', codecLevel })).bytes.length
  t.ok((await bytesOf(1)) > (await bytesOf()))
  t.equal(await bytesOf(6), await bytesOf())
  for (const [codec, level, message] of [
    ['snappy', 3, 'the option codecLevel is for the codecs gzip and zstd'],
    ['gzip', 12, 'the option codecLevel must be from 1 to 9 for gzip, not 12'],
  ] as const) {
    const wrong = writeParquet([['c', 'varchar']], [], { codec, codecLevel: level })
    await t.rejects(wrong, { code: 'E_USAGE', message })
  }
})
