import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parquetReadObjects } from 'hyparquet'
import t, { type Test } from 'tap'
import { csv, type PartitionOptions, parquet, partitionBy, pipeline } from '../../../src/index.js'
import { HeldRows } from '../../../src/sinks/partition/held-rows.js'
import { packRows, resultOf } from '../../support/msgpack/encoded-results.js'
import { seeded } from '../../support/random/seed.js'

const SCHEMA = [
  ['key', 'bigint'],
  ['i', 'bigint'],
  ['text', 'varchar'],
] as const

/** Rows of `keys` partitions in random order. */
function rowsOf(t: Test, keys: number, count: number, numbers = 2): [number, number, string][] {
  const random = seeded(t)
  const text = () => Array.from({ length: numbers }, () => random.below(2 ** 31)).join(' ')
  return Array.from({ length: count }, (_, i) => [random.below(keys), i, text()])
}

/** Writes rows as CSV and returns, for each partition, the numbers in its files, in the order of the parts. */
async function write(t: Test, rows: readonly unknown[][], options: PartitionOptions) {
  const folder = join(t.testdir(), 'out')
  const sink = partitionBy(['key'], (path) => csv(`${path}.csv`, { header: false }), { folder, ...options })
  const { files } = await pipeline(resultOf(SCHEMA, rows, { chunkBytes: 1000 }), sink)
  const found = new Map<number, number[][]>()
  for (const key of new Set(rows.map(([key]) => key as number))) {
    const names = readdirSync(join(folder, `key=${key}`)).sort((a, b) => part(a) - part(b))
    const numbers = names.map((name) =>
      readFileSync(join(folder, `key=${key}`, name), 'utf8')
        .trim()
        .split('\n')
        .map((line) => Number.parseInt(line, 10)),
    )
    found.set(key, numbers)
  }
  return { files: files!, found }
}

const part = (name: string) => Number(/\d+/.exec(name)![0])

function assertWhole(t: Test, rows: readonly unknown[][], found: Map<number, number[][]>): void {
  for (const [key, parts] of found) {
    const wanted = rows.filter(([own]) => own === key).map(([, i]) => i)
    t.strictSame(parts.flat(), wanted, `all rows of ${key}, once and in their order`)
  }
}

t.test('keys in random order make one file each, however few files are open', async (t) => {
  const rows = rowsOf(t, 30, 1500)
  for (const maxOpenFiles of [1, 4]) {
    const { files, found } = await write(t, rows, { maxOpenFiles })
    t.equal(files.length, 30)
    assertWhole(t, rows, found)
  }
})

t.test('Parquet in random order: one file each, and no row is lost', async (t) => {
  const rows = rowsOf(t, 20, 1000)
  const folder = join(t.testdir(), 'out')
  const sink = partitionBy(['key'], (path) => parquet(`${path}.parquet`), { folder, maxOpenFiles: 2 })
  const { files } = await pipeline(resultOf(SCHEMA, rows, { chunkBytes: 1000 }), sink)
  t.equal(files!.length, 20)
  for (const key of [0, 7, 19]) {
    const file = readFileSync(join(folder, `key=${key}`, 'part-0.parquet'))
    const read = await parquetReadObjects({
      file: file.buffer.slice(file.byteOffset, file.byteOffset + file.length) as ArrayBuffer,
    })
    t.strictSame(
      read.map(({ i }) => Number(i)),
      rows.filter(([own]) => own === key).map(([, i]) => i),
    )
  }
})

t.test(
  'when the memory for rows is full, the fullest partition gets a file, and nothing is lost',
  async (t) => {
    const rows = rowsOf(t, 20, 600, 100)
    const few = await write(t, rows, { maxOpenFiles: 4, maxHeldBytes: 150_000 })
    assertWhole(t, rows, few.found)
    t.ok(few.files.length > 20, `${few.files.length} files`)
    const many = await write(t, rows, { maxOpenFiles: 4, maxHeldBytes: 0 })
    assertWhole(t, rows, many.found)
    t.ok(many.files.length > few.files.length, `${many.files.length} files where nothing is held`)
  },
)

t.test('rows that were held are divided among files as the bounds say', async (t) => {
  // In many blocks: files become full, and others open, while rows are held.
  const rows = rowsOf(t, 8, 600, 100)
  const { files, found } = await write(t, rows, { maxOpenFiles: 2, maxRowsPerFile: 40 })
  assertWhole(t, rows, found)
  for (const parts of found.values()) {
    t.ok(parts.every((part, i) => (i < parts.length - 1 ? part.length === 40 : part.length <= 40)))
  }
  t.ok(files.every((file) => file.rows <= 40))
  const small = await write(t, rows, { maxOpenFiles: 2, maxBytesPerFile: 9000 })
  assertWhole(t, rows, small.found)
  t.ok(small.files.every(({ bytes }) => bytes <= 9000))
})

t.test('piles are packed, bounded, and given away in order', async (t) => {
  const most = 200_000
  const held = new HeldRows(most)
  const given = new Map<string, Uint8Array[]>()
  const row = (i: number) => packRows([[i, 'the same text in every row'.repeat(4)]])
  for (let i = 0; i < 6000; i++) {
    const partition = `p${(i * i) % 13}`
    const rows = [row(i)]
    held.add(partition, rows)
    given.set(partition, [...(given.get(partition) ?? []), ...rows])
    if (held.isFull) break
  }
  const bytes = [...given.values()].flat().reduce((sum, { length }) => sum + length, 0)
  t.ok(bytes > most * 2, `${bytes} bytes of rows were held in ${most}`)
  t.strictSame(held.partitions, [...given.keys()])
  for (const [partition, rows] of given) {
    t.ok(Buffer.concat([...held.take(partition)]).equals(Buffer.concat(rows)), partition)
    t.strictSame([...held.take(partition)], [])
  }
  t.notOk(held.isFull)
  for (const [partition, rows] of Object.entries({ a: 10, b: 30, c: 20 })) {
    for (let i = 0; i < rows; i++) held.add(partition, [row(i)])
  }
  t.equal(held.fullest(), 'b')
})

t.test('rows that were held come before those that find a file free', async (t) => {
  // Each row is a block of its own. The file of 0 is full after its second row, when 1 has one that waits.
  const text = 'x'.repeat(300_000)
  const rows = [0, 1, 0, 1, 1].map((key, i) => [key, i, text])
  const { found } = await write(t, rows, { maxOpenFiles: 1, maxRowsPerFile: 2 })
  t.strictSame(found.get(1), [[1, 3], [4]])
})
