import { encode } from '@msgpack/msgpack'
import fc from 'fast-check'
import { snappyUncompress } from 'hyparquet'
import t from 'tap'
import { columnTree } from '../../src/kernel/columns/tree.js'
import { ColumnVectors } from '../../src/kernel/columns/vectors.js'

/** Compresses through the one way there is: as the page of a column of one binary value. */
function compress(bytes: Uint8Array): { packed: Uint8Array; plain: Uint8Array } {
  const vectors = new ColumnVectors({
    width: 1,
    columns: [{ source: 0, tree: columnTree({ kind: 'varbinary' }) }],
    onMisfit: 'fail',
    invalidUtf8: 'fail',
    dictionaryBytes: 0,
  })
  const row = Buffer.concat([Buffer.of(0x91), encode(bytes)])
  t.equal(vectors.add(row, 1), row.length)
  t.equal(vectors.shred(0), undefined)
  const page = vectors.leaves[0]![0]!.plainPage(true).bytes
  const plain = Uint8Array.from(page)
  return { packed: Uint8Array.from(vectors.snappy(page)), plain }
}

function roundTrip(bytes: Uint8Array): { packed: Uint8Array; plain: Uint8Array; back: Uint8Array } {
  const { packed, plain } = compress(bytes)
  const back = new Uint8Array(plain.length)
  snappyUncompress(packed, back)
  return { packed, plain, back }
}

/** Bytes with repeats at all distances: pieces of a small pool, strewn with noise. */
const repetitive = fc
  .tuple(
    fc.array(fc.uint8Array({ minLength: 1, maxLength: 100 }), { minLength: 1, maxLength: 8 }),
    fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 3000 }),
  )
  .map(([pool, picks]) => Buffer.concat(picks.map((pick) => pool[pick % pool.length]!)))

t.test('what is compressed comes back', async (t) => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), repetitive), (bytes) => {
      const { plain, back } = roundTrip(bytes)
      return Buffer.from(back).equals(plain)
    }),
    { numRuns: 200 },
  )
  t.pass()
})

t.test('lengths around the blocks of 64 KiB', async (t) => {
  for (const length of [0, 1, 14, 15, 16, 17, 65_520, 65_536, 65_537, 131_073, 200_000]) {
    for (const fill of ['', 'a', 'abcdefgh', 'the quick brown fox jumps over it']) {
      const bytes = fill === '' ? noise(length) : Buffer.alloc(length, fill)
      const { plain, back, packed } = roundTrip(bytes)
      t.ok(Buffer.from(back).equals(plain), `${length} bytes of ${fill === '' ? 'noise' : fill}`)
      if (fill !== '' && length > 1000) t.ok(packed.length < plain.length / 15, 'and is smaller')
      if (fill === '') t.ok(packed.length <= plain.length + plain.length / 6 + 32, 'and within the bound')
    }
  }
})

function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let i = 0, x = 1; i < length; i++) {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) | 0
    bytes[i] = x >>> 24
  }
  return bytes
}
