import { Writable } from 'node:stream'
import { CompressionType, compressionRegistry, RecordBatchReader, tableFromIPC } from 'apache-arrow'
import { decompress } from 'fzstd'
import t from 'tap'
import { arrow, arrows } from '../../../../src/index.js'
import { writeArrow } from '../../../support/arrow/file.js'
import { unpackLz4 } from '../../../support/arrow/lz4.js'
import { batchRowsOf, readArrow } from '../../../support/arrow/reader.js'
import { Raw } from '../../../support/parquet/file.js'
import { same } from '../../../support/parquet/same.js'
import { seeded } from '../../../support/random/seed.js'

compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: unpackLz4 })
// A copy, because apache-arrow wants buffers aligned.
compressionRegistry.set(CompressionType.ZSTD, { decode: (bytes) => decompress(bytes).slice() })

const FORMATS = ['arrow', 'arrows'] as const

const SCHEMA = [
  ['n', 'bigint'],
  ['text', 'varchar'],
  ['lists', 'array(array(varchar))'],
  ['pairs', 'map(varchar, row(a boolean, b decimal(38,2)))'],
] as const

/** Rows with NULLs, empty lists and repeated texts. */
function rowsOf(count: number): unknown[][] {
  return Array.from({ length: count }, (_, i) => [
    i % 5 === 0 ? null : i,
    i % 3 === 0 ? null : `text ${i % 7}`.repeat(i % 11),
    i % 4 === 0 ? null : i % 4 === 1 ? [] : [null, [], [null, `a${i}`], ['b']],
    i % 6 === 0 ? null : new Map([[`k${i}`, i % 2 === 0 ? null : [i % 3 === 0, `${i}.25`]]]),
  ])
}

/** As the reader has them. */
function canonical(rows: unknown[][]): never[][] {
  return rows.map(([n, text, lists, pairs]) => [
    n === null ? null : BigInt(n as number),
    text,
    lists,
    pairs === null
      ? null
      : {
          pairs: [...(pairs as Map<string, [boolean, string] | null>)].map(([key, row]) => [
            key,
            row && [row[0], BigInt(row[1].replace('.', ''))],
          ]),
        },
  ]) as never[][]
}

for (const format of FORMATS) {
  t.test(
    `${format}: batches have as many rows as the option says, and nothing is lost between them`,
    async (t) => {
      const rows = rowsOf(1000)
      const { bytes, result } = await writeArrow(format, SCHEMA, rows, { batchRows: 300, chunkBytes: 700 })
      t.strictSame(batchRowsOf(bytes), [300, 300, 300, 100])
      t.equal(result.bytesOut, bytes.length)
      same(t, readArrow(bytes), canonical(rows), 'rows')
    },
  )

  t.test(`${format}: buffers begin at multiples of 64, so that readers need not copy`, async (t) => {
    const { bytes } = await writeArrow(format, SCHEMA, rowsOf(500), { batchRows: 100 })
    const memory = new Uint8Array(new ArrayBuffer(bytes.length))
    memory.set(bytes)
    for (const batch of RecordBatchReader.from(memory)) {
      const [n, text] = batch.data.children
      for (const view of [n!.values, n!.nullBitmap, text!.valueOffsets, text!.values]) {
        t.equal(view.buffer, memory.buffer, 'a view of the file')
        t.equal(view.byteOffset % 64, 0)
      }
    }
  })

  t.test(`${format}: a result without rows has its schema, and one without columns its rows`, async (t) => {
    const { bytes } = await writeArrow(format, SCHEMA, [])
    t.strictSame(
      tableFromIPC(bytes).schema.fields.map(({ name, type }) => [name, String(type)]),
      [
        ['n', 'Int64'],
        ['text', 'Utf8'],
        ['lists', 'List<List<Utf8>>'],
        ['pairs', 'Map<{key:Utf8, value:Struct<{a:Bool, b:Decimal[38e+2]}>}>'],
      ],
    )
    const none = await writeArrow(format, [], [[], [], []])
    t.equal(tableFromIPC(none.bytes).numRows, 3)
  })

  t.test(`${format}: compressed buffers hold the same, and those that grow are left alone`, async (t) => {
    const rows = rowsOf(3000)
    const plain = await writeArrow(format, SCHEMA, rows)
    for (const bufferCodec of ['lz4', 'zstd'] as const) {
      const { bytes } = await writeArrow(format, SCHEMA, rows, { bufferCodec, batchRows: 1000 })
      same(t, readArrow(bytes), canonical(rows), bufferCodec)
      t.ok(bytes.length < plain.bytes.length / 2, `${bytes.length} of ${plain.bytes.length} bytes`)
    }
  })
}

t.test('LZ4 packs buffers of all lengths, with matches of all lengths, and bytes without any', async (t) => {
  const random = seeded(t)
  const noise = (length: number) => Buffer.from(Array.from({ length }, () => random.below(256)))
  const cells: Buffer[] = [0, 1, 4, 5, 11, 12, 13, 14, 20, 65_535, 65_536, 65_537, 200_000].map((length) =>
    Buffer.alloc(length, 'x'),
  )
  for (const length of [13, 300, 70_000]) cells.push(noise(length))
  for (let length = 4; length < 600; length += 7) {
    const repeated = noise(length)
    cells.push(Buffer.concat([noise(length % 40), repeated, noise(20), repeated, noise(length % 9)]))
  }
  for (const cell of cells) {
    const { bytes } = await writeArrow('arrows', [['b', 'varbinary']], [[cell]], { bufferCodec: 'lz4' })
    t.strictSame(readArrow(bytes), [[cell.toString('hex')]], `${cell.length} bytes`)
  }
})

t.test('what does not fit ends the run with its row, or is NULL and counted', async (t) => {
  const rows = rowsOf(50).map(([n]) => [n]) as unknown[][]
  rows[41] = ['no number']
  const schema = [['n', 'bigint']] as const
  await t.rejects(writeArrow('arrow', schema, rows, { batchRows: 20 }), {
    code: 'E_TYPE',
    message: 'row 42, column "n": "no number" does not fit the type bigint',
  })
  const { bytes, notices } = await writeArrow('arrow', schema, rows, { batchRows: 20, onTypeError: 'null' })
  t.match(notices, [{ code: 'N_CELLS_NULLED', message: /^1 values/ }])
  t.strictSame(readArrow(bytes)[41], [null])
  await t.rejects(writeArrow('arrow', [['a', 'varchar']], [[new Raw('a1 ff')]], { invalidUtf8: 'fail' }), {
    code: 'E_UTF8',
  })
})

t.test('columns of unknown type are inferred; repeated names get a number', async (t) => {
  const { bytes, notices } = await writeArrow('arrows', 3, [
    [1, 'a', [1.5]],
    [null, 'b', null],
  ])
  t.match(notices, [{ code: 'N_TYPES_INFERRED' }])
  t.strictSame(readArrow(bytes), [
    [1n, 'a', [1.5]],
    [null, 'b', null],
  ])
  const twice = await writeArrow('arrow', [['a', 'date'], ['a', 'uuid']], []) // biome-ignore format: a table
  const [, second] = tableFromIPC(twice.bytes).schema.fields
  t.equal(second!.name, 'a_2')
  t.equal(second!.metadata.get('ARROW:extension:name'), 'arrow.uuid')
})

t.test('the metadata name the origin, and take more', async (t) => {
  const { bytes } = await writeArrow('arrow', SCHEMA, [], { jobId: '12', metadata: { team: 'é' } })
  const { metadata } = tableFromIPC(bytes).schema
  t.equal(metadata.get('td_sluice.job_id'), '12')
  t.equal(metadata.get('td_sluice.schema'), JSON.stringify(SCHEMA))
  t.equal(metadata.get('team'), 'é')
})

t.test('a file is not compressed as a whole', async (t) => {
  t.throws(() => arrow('x.arrow.gz'), {
    code: 'E_USAGE',
    message: 'an Arrow file is not compressed as a whole, with gzip or otherwise',
    hint: 'choose how its parts are compressed: bufferCodec, --arrow-codec',
  })
  t.throws(() => arrows(new Writable(), { compression: 'zstd' }), { message: /^an Arrow stream is not/ })
  t.throws(() => arrow('x.arrow', { batchRows: 40_000 }), { code: 'E_USAGE' })
})
