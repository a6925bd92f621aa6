import zlib from 'node:zlib'
import t, { type Test } from 'tap'
import { type Schema, writeParquet } from '../../../support/parquet/file.js'
import { readThrift, type ThriftStruct } from '../../../support/parquet/thrift-reader.js'

const schema: Schema = [
  ['id', 'bigint'],
  ['text', 'varchar'],
  ['list', 'array(double)'],
  ['empty', 'varchar'],
]
const rows = Array.from({ length: 80_000 }, (_, i) => [
  i,
  `text ${i % 40}`,
  i % 3 === 0 ? [] : [i, null],
  null,
])

const footerOf = (bytes: Buffer) => {
  const length = bytes.readUInt32LE(bytes.length - 8)
  return readThrift(bytes, bytes.length - 8 - length)
}

for (const page of ['v1', 'v2'] as const) {
  for (const codec of ['snappy', 'none'] as const) {
    t.test(
      `pages ${page}, ${codec}: headers, sizes, checksums and counts agree with the footer`,
      async (t) => {
        const { bytes } = await writeParquet(schema, rows, { page, codec, rowGroupSize: 50_000 })
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
            checkPages(t, bytes, start, position, meta, page)
          }
          t.equal(group.get(6), groupBytes)
        }
        t.equal(
          position,
          bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8),
          'the footer follows the last page',
        )
      },
    )
  }
}

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
  if (version === 'v2') t.ok(rowCount === 50_000 || rowCount === 30_000)
}
