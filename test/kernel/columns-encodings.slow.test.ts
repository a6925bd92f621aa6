import fc from 'fast-check'
import t from 'tap'
import { columnTree } from '../../src/kernel/columns/tree.js'
import { ColumnVectors } from '../../src/kernel/columns/vectors.js'
import type { SqlType } from '../../src/model/schema.js'
import { ENCODING } from '../../src/sinks/formats/parquet/format.js'
import { readDeltas, readPrefixedTexts, readStreams, readTexts } from '../support/parquet/delta-reader.js'
import { packCells, Raw } from '../support/parquet/file.js'

/** The values of a page without NULLs, in an encoding. */
function encoded(type: SqlType, cells: readonly unknown[], encoding: number): Uint8Array {
  const vectors = new ColumnVectors({
    width: 1,
    columns: [{ source: 0, tree: columnTree(type) }],
    onMisfit: 'fail',
    invalidUtf8: 'replace',
    dictionaryBytes: 1 << 20,
  })
  const bytes = packCells(cells.map((cell) => [cell]))
  vectors.add(bytes, cells.length)
  if (vectors.rows !== cells.length) throw new Error('the batch has no room for all')
  if (vectors.shred(0) !== undefined) throw new Error('a cell does not fit')
  const page = vectors.leaves[0]![0]!.encodedPage(encoding, false)
  return page.bytes.slice(page.definitionBytes)
}

const int64 = fc.oneof(
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
  fc.bigInt(-5n, 5n),
  fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n, 0n),
)
const int32 = fc.oneof(
  fc.integer(),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(-(2 ** 31), 2 ** 31 - 1),
)
const times = (least: number) => ({ minLength: least, maxLength: 400 })

t.test('deltas of 64 bits read back, whatever the numbers', async (t) => {
  const property = fc.property(fc.array(int64, times(0)), (values) => {
    const { numbers, end, bytes } = readDeltas(
      encoded({ kind: 'bigint' }, values, ENCODING.DELTA_BINARY_PACKED),
      64,
    )
    t.equal(end, bytes, 'nothing follows')
    if (String(numbers) !== String(values)) throw new Error(`${values} became ${numbers}`)
  })
  fc.assert(property, { numRuns: 60 })
})

t.test('deltas of 32 bits read back and never have more bits', async () => {
  const property = fc.property(fc.array(int32, times(0)), (values) => {
    const page = encoded({ kind: 'integer' }, values, ENCODING.DELTA_BINARY_PACKED)
    const { numbers, widest } = readDeltas(page, 32)
    if (widest > 32) throw new Error(`${widest} bits`)
    if (String(numbers) !== String(values)) throw new Error(`${values} became ${numbers}`)
  })
  fc.assert(property, { numRuns: 60 })
})

t.test('numbers that rise by one take next to nothing', async (t) => {
  const values = Array.from({ length: 4096 }, (_, i) => BigInt(i) + 10n ** 15n)
  const page = encoded({ kind: 'bigint' }, values, ENCODING.DELTA_BINARY_PACKED)
  t.ok(page.length < 250, `${page.length} bytes`)
})

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .tuple(
      fc.constantFrom('', 'https://example.org/', 'https://example.com/a/b/c'),
      fc.string({ maxLength: 9 }),
    )
    .map((parts) => parts.join('')),
)

t.test('texts with their lengths, and with what they share with the one before, read back', async (t) => {
  const property = fc.property(fc.array(text, times(0)), (values) => {
    const lengths = encoded({ kind: 'varchar' }, values, ENCODING.DELTA_LENGTH_BYTE_ARRAY)
    if (readTexts(lengths).join('\n') !== values.join('\n')) throw new Error(JSON.stringify(values))
    const prefixed = encoded({ kind: 'varchar' }, values, ENCODING.DELTA_BYTE_ARRAY)
    if (readPrefixedTexts(prefixed).join('\n') !== values.join('\n')) throw new Error(JSON.stringify(values))
  })
  fc.assert(property, { numRuns: 60 })
  const sorted = Array.from({ length: 1000 }, (_, i) => `https://example.org/${String(i).padStart(6, '0')}`)
  const page = encoded({ kind: 'varchar' }, sorted, ENCODING.DELTA_BYTE_ARRAY)
  t.ok(page.length < 4000, `${page.length} bytes`)
  t.strictSame(readPrefixedTexts(page), sorted)
})

t.test('bytes of floats come as streams', async (t) => {
  const property = fc.property(fc.array(fc.double(), times(1)), (values) => {
    const cells = values.map((value) => {
      const bytes = Buffer.alloc(9, 0xcb)
      bytes.writeDoubleBE(value, 1)
      return new Raw(bytes.toString('hex'))
    })
    const found = readStreams(encoded({ kind: 'double' }, cells, ENCODING.BYTE_STREAM_SPLIT), 8)
    values.forEach((value, i) => {
      if (!Object.is(found[i]!.readDoubleLE(), value)) throw new Error(`${value}`)
    })
  })
  fc.assert(property, { numRuns: 40 })
  const single = readStreams(encoded({ kind: 'real' }, [0.5, -2, 3], ENCODING.BYTE_STREAM_SPLIT), 4)
  t.strictSame(
    single.map((bytes) => bytes.readFloatLE()),
    [0.5, -2, 3],
  )
})
