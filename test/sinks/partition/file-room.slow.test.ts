import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parquetReadObjects } from 'hyparquet'
import t, { type Test } from 'tap'
import {
  csv,
  ndjson,
  type PartitionOptions,
  parquet,
  partitionBy,
  pipeline,
  rowsTo,
  type Sink,
} from '../../../src/index.js'
import { FileRoom } from '../../../src/sinks/partition/file-room.js'
import { resultOf } from '../../support/msgpack/encoded-results.js'
import { seeded } from '../../support/random/seed.js'

const SCHEMA = [
  ['i', 'bigint'],
  ['text', 'varchar'],
  ['x', 'double'],
] as const

/** Rows of uneven length, with NULLs. */
function rowsOf(t: Test, count: number): unknown[][] {
  const random = seeded(t)
  const text = () => Array.from({ length: random.below(60) }, () => random.below(36).toString(36)).join('')
  return Array.from({ length: count }, (_, i) => [
    i,
    random.oneIn(5) ? null : text(),
    random.oneIn(3) ? null : random.below(1e9) / 7,
  ])
}

async function split(
  t: Test,
  rows: readonly unknown[][],
  make: (path: string) => Sink,
  options: PartitionOptions,
) {
  const folder = join(t.testdir({}), 'out')
  await pipeline(
    resultOf(SCHEMA, rows, { chunkBytes: 20_000 }),
    partitionBy([], make, { folder, ...options }),
  )
  const names = readdirSync(folder).filter((name) => name.startsWith('part-'))
  names.sort((a, b) => Number(/\d+/.exec(a)![0]) - Number(/\d+/.exec(b)![0]))
  const paths = names.map((name) => join(folder, name))
  return { paths, sizes: paths.map((path) => statSync(path).size) }
}

t.test(
  'F41: text files have at most maxBytesPerFile, nearly so much, and each row once in order',
  async (t) => {
    const rows = rowsOf(t, 20_000)
    for (const [max, make] of [
      [100_000, (path: string) => csv(`${path}.csv`, { header: false })],
      [5_000, (path: string) => csv(`${path}.csv`, { header: false })],
      [250_000, (path: string) => ndjson(`${path}.ndjson`)],
    ] as const) {
      const { paths, sizes } = await split(t, max === 5_000 ? rows.slice(0, 2000) : rows, make, {
        maxBytesPerFile: max,
      })
      t.ok(paths.length > 3)
      t.ok(Math.max(...sizes) <= max, `${Math.max(...sizes)} of ${max}`)
      t.ok(Math.min(...sizes.slice(0, -1)) > max * 0.9, `${Math.min(...sizes.slice(0, -1))} of ${max}`)
      const lines = paths.flatMap((path) => readFileSync(path, 'utf8').trimEnd().split('\n'))
      const ids = lines.map((line) => Number(/\d+/.exec(line)![0]))
      t.strictSame(
        ids,
        ids.map((_, i) => i),
      )
      t.equal(ids.length, max === 5_000 ? 2000 : 20_000)
    }
  },
)

t.test('F41: compressed files and Parquet keep below it too', async (t) => {
  const rows = rowsOf(t, 60_000)
  const packed = await split(t, rows, (path) => csv(`${path}.csv.gz`), { maxBytesPerFile: 1_000_000 })
  t.ok(packed.paths.length > 1)
  t.ok(Math.max(...packed.sizes) <= 1_000_000, `${packed.sizes}`)
  t.ok(Math.min(...packed.sizes.slice(0, -1)) > 500_000, `${packed.sizes}`)
  const lines = packed.paths.flatMap((path) =>
    gunzipSync(readFileSync(path)).toString().trimEnd().split('\n').slice(1),
  )
  t.equal(lines.length, 60_000)
  const columns = await split(t, rows, (path) => parquet(`${path}.parquet`), { maxBytesPerFile: 1_000_000 })
  t.ok(columns.paths.length > 1)
  t.ok(Math.max(...columns.sizes) <= 1_000_000, `${columns.sizes}`)
  t.ok(Math.min(...columns.sizes.slice(0, -1)) > 300_000, `${columns.sizes}`)
  let count = 0
  for (const path of columns.paths) {
    const { buffer } = new Uint8Array(readFileSync(path))
    count += (await parquetReadObjects({ file: buffer })).length
  }
  t.equal(count, 60_000)
})

t.test(
  'F41: a row that is larger than a file has one of its own; rows and bytes bound together',
  async (t) => {
    const rows = [
      [1, 'a', 1],
      [2, 'b'.repeat(5000), 2],
      [3, 'c', 3],
      [4, 'd', 4],
    ]
    const { paths } = await split(t, rows, (path) => csv(`${path}.csv`, { header: false }), {
      maxBytesPerFile: 100,
    })
    t.strictSame(
      paths.map((path) => readFileSync(path, 'utf8').length),
      [6, 5005, 12],
    )
    const both = await split(t, rowsOf(t, 10), (path) => csv(`${path}.csv`), {
      maxBytesPerFile: 1e6,
      maxRowsPerFile: 4,
    })
    t.equal(both.paths.length, 3)
  },
)

t.test('a sink that does not tell its bytes is refused', async (t) => {
  const sink = () => rowsTo(() => {})
  await t.rejects(split(t, rowsOf(t, 1), sink, { maxBytesPerFile: 10 }), {
    code: 'E_USAGE',
    message: /maxBytesPerFile/,
  })
})

t.test('room is filled by halves, and a row that does not fit is left for the next file', async (t) => {
  const room = new FileRoom(1000)
  const rows = Array.from({ length: 100 }, () => new Uint8Array(10))
  t.equal(room.rowsFor(rows, 0, 100, 0, 0), 12, 'with the growth that is guessed at first')
  t.equal(room.rowsFor(rows, 0, 100, 100, 100), 45)
  t.equal(room.rowsFor(rows, 0, 3, 100, 100), 3)
  t.equal(room.rowsFor(rows, 0, 100, 985, 985), 1)
  t.equal(room.rowsFor(rows, 0, 100, 990, 990), 0)
  t.equal(room.rowsFor(rows, 0, 100, 2000, 2000), 0)
  t.equal(new FileRoom(1).rowsFor(rows, 0, 100, 0, 0), 1)
})
