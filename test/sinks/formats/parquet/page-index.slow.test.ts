import t from 'tap'
import { type Schema, writeParquet } from '../../../support/parquet/file.js'
import { chunksOf, indexOf, pagesOf } from '../../../support/parquet/footer.js'
import { readHyparquet } from '../../../support/parquet/readers.js'
import type { ThriftStruct } from '../../../support/parquet/thrift-reader.js'

const UNORDERED = 0
const ASCENDING = 1
const DESCENDING = 2

/** One column in pages of 32,768 rows. */
async function index(type: string, cells: readonly unknown[], options = {}) {
  const { bytes } = await writeParquet(
    [['c', type]],
    cells.map((cell) => [cell]),
    options,
  )
  const [[chunk]] = chunksOf(bytes) as [[ThriftStruct]]
  const columnIndex = indexOf(bytes, chunk, 6)
  const offsetIndex = indexOf(bytes, chunk, 4)!
  return { bytes, chunk, columnIndex, locations: offsetIndex.get(1) as ThriftStruct[] }
}

const ROWS = 80_000
const cellsOf = (cell: (row: number) => unknown) => Array.from({ length: ROWS }, (_, i) => cell(i))
const int64 = (bytes: unknown) => Buffer.from(bytes as Uint8Array).readBigInt64LE()
const text = (bytes: unknown) => Buffer.from(bytes as Uint8Array).toString()

for (const page of ['v1', 'v2'] as const) {
  t.test(`the index says where each page is and which row it begins with, ${page}`, async (t) => {
    const schema: Schema = [
      ['id', 'bigint'],
      ['text', 'varchar'],
      ['list', 'array(bigint)'],
      ['row', 'row(a varchar, b map(varchar, double))'],
    ]
    const rows = cellsOf((i) => [
      i,
      `text ${i % 40}`,
      i % 3 === 0 ? [] : [i, null],
      [`${i}`, new Map([['k', i]])],
    ])
    const { bytes } = await writeParquet(schema, rows as unknown[][], { page, rowGroupSize: 50_000 })
    const groups = chunksOf(bytes)
    t.equal(groups.length, 2)
    for (const chunks of groups) {
      t.equal(chunks.length, 6)
      for (const chunk of chunks) {
        const pages = pagesOf(bytes, chunk).filter(({ header }) => header.get(1) !== 2)
        const locations = indexOf(bytes, chunk, 4)!.get(1) as ThriftStruct[]
        t.ok(pages.length > 0)
        t.strictSame(
          locations.map((location) => [location.get(1), location.get(2)]),
          pages.map(({ at, bytes }) => [at, bytes]),
        )
        // Pages V1, which repeated columns have always, do not say how many rows they have.
        if (page === 'v1' || pages[0]!.header.get(1) === 0) continue
        let row = 0
        for (const [i, { header }] of pages.entries()) {
          t.equal(locations[i]!.get(3), row)
          row += (header.get(8) as ThriftStruct).get(3) as number
        }
      }
    }
  })
}

for (const [what, order, cell] of [
  ['rising', ASCENDING, (i: number) => BigInt(i) * 3n - 100_000n],
  ['falling', DESCENDING, (i: number) => -BigInt(i) * 3n + 100_000n],
  ['rising by less than there are rows', ASCENDING, (i: number) => BigInt(Math.floor(i / 5000))],
  ['unordered', UNORDERED, (i: number) => BigInt((i * 7919) % ROWS)],
  ['of which only the least rise', UNORDERED, (i: number) => (i === 0 ? 10n ** 9n : BigInt(i))],
] as const) {
  t.test(`pages of numbers that are ${what} have the bounds and the order of their values`, async (t) => {
    const cells = cellsOf((i) => (i % 11 === 5 ? null : cell(i)))
    const { columnIndex, locations } = await index('bigint', cells)
    t.ok(locations.length >= 3, `${locations.length} pages`)
    t.equal(columnIndex!.get(4), order)
    locations.forEach((location, page) => {
      const from = location.get(3) as number
      const to = (locations[page + 1]?.get(3) ?? ROWS) as number
      const values = cells.slice(from, to).filter((value) => value !== null) as bigint[]
      const sorted = [...values].sort((a, b) => (a < b ? -1 : Number(a > b)))
      t.equal(int64((columnIndex!.get(2) as unknown[])[page]), sorted[0])
      t.equal(int64((columnIndex!.get(3) as unknown[])[page]), sorted.at(-1))
      t.equal((columnIndex!.get(5) as number[])[page], to - from - values.length)
    })
  })
}

t.test('a page of NULLs alone has no bounds, says so, and does not disturb the order', async (t) => {
  const { columnIndex } = await index(
    'varchar',
    cellsOf((i) => (i >= 32_768 && i < 65_536 ? null : `${i}`.padStart(6, '0'))),
  )
  t.strictSame(columnIndex!.get(1), [false, true, false])
  t.strictSame((columnIndex!.get(2) as unknown[]).map(text), ['000000', '', '065536'])
  t.equal(columnIndex!.get(4), ASCENDING)
  t.strictSame(columnIndex!.get(5), [0, 32_768, 0])
})

t.test('texts of a dictionary have the bounds of their page, not of the dictionary', async (t) => {
  const names = ['ash', 'beech', 'cedar', 'elm', 'fir', 'oak', 'pine', 'yew', 'zelkova']
  const { chunk, columnIndex } = await index(
    'varchar',
    cellsOf((i) => names[Math.floor(i / 32_768) * 3 + (i % 3)]),
  )
  t.ok((chunk.get(3) as ThriftStruct).has(11), 'it has a dictionary')
  t.strictSame((columnIndex!.get(2) as unknown[]).map(text), ['ash', 'elm', 'pine'])
  t.strictSame((columnIndex!.get(3) as unknown[]).map(text), ['cedar', 'oak', 'zelkova'])
})

t.test('decimals beyond 64 bits are in the order of numbers, not of bytes', async (t) => {
  const { columnIndex } = await index(
    'decimal(30,2)',
    cellsOf((i) => `${i - 40_000}.25`),
  )
  t.equal(columnIndex!.get(4), ASCENDING)
  const [first] = columnIndex!.get(2) as Uint8Array[]
  t.equal(BigInt.asIntN(8 * first!.length, BigInt(`0x${Buffer.from(first!).toString('hex')}`)), -4_000_025n)
})

t.test('long texts are cut to bounds that still hold', async (t) => {
  const { columnIndex } = await index('varchar', ['b'.repeat(100), 'a'.repeat(100)])
  t.strictSame((columnIndex!.get(2) as unknown[]).map(text), ['a'.repeat(64)])
  t.strictSame((columnIndex!.get(3) as unknown[]).map(text), [`${'b'.repeat(63)}c`])
})

for (const [what, type, cell] of [
  ['a NaN', 'double', Number.NaN],
  ['a binary greater than any short one', 'varbinary', Buffer.alloc(70, 0xff)],
] as const) {
  t.test(`with ${what} on one page there are no bounds, but the places of pages`, async (t) => {
    const other = type === 'double' ? 1.5 : Buffer.from('x')
    const { columnIndex, chunk, locations } = await index(
      type,
      cellsOf((i) => (i === 70_000 ? cell : other)),
    )
    t.equal(columnIndex, undefined)
    t.equal(chunk.has(7), false)
    t.equal(locations.length, 3)
  })
}

t.test('both zeros are within bounds of zero', async (t) => {
  const { columnIndex } = await index('double', [0, -0, 0])
  const [least] = columnIndex!.get(2) as Uint8Array[]
  const [greatest] = columnIndex!.get(3) as Uint8Array[]
  t.ok(Object.is(Buffer.from(least!).readDoubleLE(), -0))
  t.ok(Object.is(Buffer.from(greatest!).readDoubleLE(), 0))
})

t.test(
  'the footer counts pages by kind and encoding, also where a dictionary became too large',
  async (t) => {
    for (const [page, cell] of [
      ['v1', (i: number) => `text ${i % 7}`],
      ['v2', (i: number) => (i < 40_000 ? `text ${i % 7}` : `${i}`.repeat(20))],
      ['v1', (i: number) => (i < 40_000 ? `text ${i % 7}` : `${i}`.repeat(20))],
      ['v2', () => null],
    ] as const) {
      const { bytes, chunk } = await index('varchar', cellsOf(cell), { page })
      const counted = new Map<string, number>()
      for (const { header } of pagesOf(bytes, chunk)) {
        const kind = header.get(1) as number
        const body = header.get(kind === 0 ? 5 : kind === 2 ? 7 : 8) as ThriftStruct
        const key = `${kind} ${body.get(kind === 3 ? 4 : 2)}`
        counted.set(key, (counted.get(key) ?? 0) + 1)
      }
      const stated = (chunk.get(3) as ThriftStruct).get(13) as ThriftStruct[]
      t.strictSame(
        new Map(stated.map((item) => [`${item.get(1)} ${item.get(2)}`, item.get(3) as number])),
        counted,
      )
    }
  },
)

t.test('the file reads as before', async (t) => {
  const cells = cellsOf((i) => (i % 5 === 0 ? null : `text ${(i * 31) % 9000}`))
  const { bytes, plan } = await writeParquet(
    [['c', 'varchar']],
    cells.map((cell) => [cell]),
  )
  t.strictSame(
    (await readHyparquet(bytes, plan)).map(([cell]) => cell),
    cells,
  )
})
