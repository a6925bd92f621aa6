import { randomBytes } from 'node:crypto'
import zlib from 'node:zlib'
import t, { type Test } from 'tap'
import { type Schema, writeParquet } from '../../../support/parquet/file.js'
import { chunksOf, footerOf } from '../../../support/parquet/footer.js'
import { readThrift, type ThriftStruct } from '../../../support/parquet/thrift-reader.js'

const schema: Schema = [
  ['id', 'bigint'],
  ['text', 'varchar'],
  ['list', 'array(double)'],
  ['empty', 'varchar'],
]
const rows = Array.from({ length: 33_000 }, (_, i) => [
  i,
  `text ${i % 40}`,
  i % 3 === 0 ? [] : [i, null],
  null,
])

for (const page of ['v1', 'v2'] as const) {
  for (const codec of ['snappy', 'none'] as const) {
    t.test(
      `pages ${page}, ${codec}: headers, sizes, checksums and counts agree with the footer`,
      async (t) => {
        const { bytes } = await writeParquet(schema, rows, { page, codec, rowGroupSize: 20_000 })
        const { struct: footer, end } = footerOf(bytes)
        t.equal(end, bytes.length - 8, 'the footer is as long as it says')
        let position = 4
        for (const group of footer.get(4) as ThriftStruct[]) {
          let groupBytes = 0
          for (const chunk of group.get(1) as ThriftStruct[]) {
            const meta = chunk.get(3) as ThriftStruct
            const start = (meta.get(11) ?? meta.get(9)) as number
            t.equal(start, position, 'chunks follow each other')
            position += meta.get(7) as number
            groupBytes += meta.get(7) as number
            // Levels of repeated columns are compressed on pages V1 only.
            const isRepeated = (meta.get(3) as unknown[]).length > 1
            const version = isRepeated && codec !== 'none' ? 'v1' : page
            checkPages(t, bytes, start, position, meta, version)
          }
          t.equal(group.get(6), groupBytes)
        }
        for (const field of [6, 4]) {
          for (const chunk of chunksOf(bytes).flat()) {
            if (!chunk.has(field)) continue
            t.equal(chunk.get(field), position, 'indexes follow the pages and each other')
            position += chunk.get(field + 1) as number
          }
        }
        t.equal(
          position,
          bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8),
          'the footer follows the last index',
        )
      },
    )
  }
}

t.test('a page V2 is compressed only where that saves a twentieth', async (t) => {
  const noise = randomBytes(80_000)
  const cells = Array.from({ length: 8000 }, (_, i) => [
    noise.subarray(i * 10, i * 10 + 10),
    `the same beginning of each text ${i}`,
  ])
  const schema: Schema = [
    ['noise', 'varbinary'],
    ['text', 'varbinary'],
  ]
  for (const codec of ['snappy', 'gzip', 'lz4_raw'] as const) {
    const { bytes } = await writeParquet(schema, cells, { page: 'v2', codec })
    const isCompressed = chunksOf(bytes)[0]!.map((chunk) => {
      const meta = chunk.get(3) as ThriftStruct
      const { struct: header } = readThrift(bytes, meta.get(9) as number)
      return (header.get(8) as ThriftStruct).get(7)
    })
    t.strictSame(isCompressed, [false, true], codec)
  }
})

t.test(
  'the footer says of every leaf that its minimum and maximum follow the order of its type',
  async (t) => {
    const { bytes } = await writeParquet(
      [
        ['text', 'varchar'],
        ['nested', 'row(a array(bigint), m map(varchar,double))'],
      ],
      [['x', [[1], new Map([['k', 2]])]]],
    )
    const { struct: footer } = footerOf(bytes)
    const [group] = footer.get(4) as ThriftStruct[]
    const leaves = group!.get(1) as ThriftStruct[]
    t.equal(leaves.length, 4)
    // `ColumnOrder` is a union; its field 1, an empty struct, is `TYPE_ORDER`.
    t.strictSame(
      footer.get(7),
      leaves.map(() => new Map([[1, new Map()]])),
    )
  },
)

/** Rows of each page of a flat column, group by group. */
function pageRows(bytes: Buffer, column: number): number[][] {
  return (footerOf(bytes).struct.get(4) as ThriftStruct[]).map((group) => {
    const meta = (group.get(1) as ThriftStruct[])[column]!.get(3) as ThriftStruct
    let at = (meta.get(11) ?? meta.get(9)) as number
    const end = at + (meta.get(7) as number)
    const rowsOf: number[] = []
    while (at < end) {
      const { struct: header, end: bodyAt } = readThrift(bytes, at)
      const data = header.get(5) as ThriftStruct | undefined
      if (data !== undefined) rowsOf.push(data.get(1) as number)
      at = bodyAt + (header.get(3) as number)
    }
    return rowsOf
  })
}

t.test('pages end at multiples of 2,048 rows, so that readers that take as many need not copy', async (t) => {
  for (const cell of ['short', 'x'.repeat(700)]) {
    const cells = Array.from({ length: 20_000 }, (_, i) => [i, `${cell} ${i}`])
    const { bytes } = await writeParquet(
      [
        ['id', 'bigint'],
        ['text', 'varchar'],
      ],
      cells,
      { rowGroupSize: 9000, chunkBytes: 100_000 },
    )
    const groups = pageRows(bytes, 1)
    t.strictSame(
      groups.map((pages) => pages.reduce((sum, n) => sum + n, 0)),
      [9000, 9000, 2000],
    )
    for (const pages of groups) {
      const inner = pages.slice(0, -1)
      t.ok(
        inner.every((n) => n % 2048 === 0),
        `${pages}`,
      )
      if (cell.length > 600) t.ok(pages.length > 1 || pages[0]! < 2048, 'several pages')
    }
  }
})

t.test('of a table of very many columns, pages end where vectors of 2,048 rows do', async (t) => {
  const wide: Schema = Array.from({ length: 700 }, (_, i) => [`c${i}`, 'bigint'])
  const { bytes } = await writeParquet(
    wide,
    Array.from({ length: 2100 }, (_, i) => wide.map(() => i % 100)),
  )
  t.strictSame(pageRows(bytes, 0), [[2048, 52]])
})

t.test('rows so long that 2,048 of them are beyond 4 MiB end a page at any row', async (t) => {
  const { bytes } = await writeParquet(
    [['text', 'varchar']],
    Array.from({ length: 600 }, (_, i) => [`${i}`.padEnd(20_000, 'x')]),
  )
  const [pages] = pageRows(bytes, 0)
  t.ok(pages!.length >= 3 && Math.max(...pages!) < 230, `${pages}`)
})

t.test('a row group has 245,760 rows by default', async (t) => {
  const { bytes } = await writeParquet(
    [['id', 'bigint']],
    Array.from({ length: 245_761 }, (_, i) => [i % 7]),
  )
  const [first, second] = pageRows(bytes, 0)
  t.equal(
    first!.reduce((sum, n) => sum + n, 0),
    245_760,
  )
  t.strictSame(second, [1])
})

t.test('other work of the program gets its turns while one large chunk is encoded', async (t) => {
  const wide: Schema = Array.from({ length: 20 }, (_, i) => [`c${i}`, 'varchar'])
  const cells = Array.from({ length: 30_000 }, (_, i) => wide.map((_, j) => `text ${(i * j) % 9973}`))
  let turns = 0
  let isOver = false
  const count = () => {
    turns++
    if (!isOver) setImmediate(count)
  }
  setImmediate(count)
  await writeParquet(wide, cells)
  isOver = true
  t.ok(turns > 8, `${turns} turns`)
})

const hash = (i: number) => Math.imul(i ^ (i >>> 15), 0x9e3779b1) >>> 0
/** Numbers of one row, as if drawn at random. */
const drawn = (row: number, below: number) => hash(hash(row + 1) ^ 0x5bd1e995) % below

for (const [what, cell, isIndexed] of [
  [
    'one frequent value and 12,100 rare ones',
    (i: number) => (i % 3 ? '-' : `https://www.example.org/some/page/${drawn(i, 12_100)}`),
    true,
  ],
  [
    'values of which the first page has a quarter',
    (i: number) => `/item/${drawn(i, 30_000)}/page.html`,
    true,
  ],
  [
    'values whose dictionary would have 4 MB, of which the first page shows 0.6',
    (i: number) => `/item/${drawn(i, 90_000)}`.padEnd(50, '.'),
    false,
  ],
  ['equal values that lie together', (i: number) => `${1_700_000_000 + Math.floor(i / 3)}`, false],
  ['values that are all different', (i: number) => `${hash(i)} ${i}`, false],
] as const) {
  t.test(`${what}: ${isIndexed ? 'all pages have' : 'no page has'} a dictionary`, async (t) => {
    const { bytes } = await writeParquet(
      [['c', 'varchar']],
      Array.from({ length: 245_760 }, (_, i) => [cell(i)]),
    )
    const [group] = footerOf(bytes).struct.get(4) as ThriftStruct[]
    const meta = (group!.get(1) as ThriftStruct[])[0]!.get(3) as ThriftStruct
    t.equal(meta.has(11), isIndexed)
    // A chunk of dictionary pages alone has no more than a few bytes for each of its values.
    if (isIndexed) t.ok((meta.get(6) as number) < 245_760 * 2.25 + 1_100_000, 'no page is PLAIN')
  })
}

function checkPages(
  t: Test,
  bytes: Buffer,
  start: number,
  end: number,
  meta: ThriftStruct,
  version: 'v1' | 'v2',
): void {
  let uncompressed = 0
  let levels = 0
  let rowCount = 0
  let at = start
  while (at < end) {
    const { struct: header, end: bodyAt } = readThrift(bytes, at)
    const size = header.get(3) as number
    const body = bytes.subarray(bodyAt, bodyAt + size)
    t.equal((header.get(4) as number) >>> 0, zlib.crc32(body), 'the checksum is that of the bytes')
    uncompressed += bodyAt - at + (header.get(2) as number)
    const isDictionary = header.get(1) === 2
    if (isDictionary) t.equal(at, meta.get(11), 'the dictionary comes first')
    else {
      t.equal(header.get(1), version === 'v1' ? 0 : 3)
      const data = header.get(version === 'v1' ? 5 : 8) as ThriftStruct
      levels += data.get(1) as number
      if (version === 'v2') rowCount += data.get(3) as number
    }
    at = bodyAt + size
  }
  t.equal(at, end, 'pages fill their chunk')
  t.equal(uncompressed, meta.get(6))
  t.equal(levels, meta.get(5))
  if (version === 'v2') t.ok(rowCount === 20_000 || rowCount === 13_000)
}
