import fc from 'fast-check'
import t from 'tap'
import { createFramer } from '../../src/kernel/framer.js'
import { CELL_KINDS } from '../../src/kernel/numbers.js'
import type { RowBlock } from '../../src/model/row-block.js'
import * as pack from '../support/msgpack/pack.js'
import { inChunks, randomResult } from '../support/msgpack/results.js'

function frame(width: number, chunks: Iterable<Uint8Array>): RowBlock[] {
  const framer = createFramer({ width })
  const blocks: RowBlock[] = []
  for (const chunk of chunks) blocks.push(...framer.push(chunk))
  return [...blocks, ...framer.end()]
}

t.test('blocks put together are the input, row numbers without a gap', async () => {
  fc.assert(
    fc.property(randomResult, ({ plan, rows, chunks }) => {
      const bytes = Buffer.concat(rows.map((row) => row.bytes))
      const blocks = frame(plan.schema.columns.length, inChunks(bytes, chunks))
      let next = 0
      for (const block of blocks) {
        if (block.firstRow !== next || block.rows < 1) return false
        next += block.rows
      }
      return next === rows.length && Buffer.concat(blocks.map((block) => block.bytes)).equals(bytes)
    }),
    { numRuns: 500 },
  )
})

t.test('blocks have 256 KiB to 1 MiB, but the last, and a larger row is one alone', async (t) => {
  const small = pack.array([pack.fixint(1), pack.str('x'.repeat(100))])
  const large = pack.array([pack.fixint(2), pack.str('y'.repeat(3_000_000))])
  const input = Buffer.concat([...Array<Buffer>(20_000).fill(small), large, ...Array<Buffer>(10).fill(small)])
  for (const chunk of [1000, 16_384, 300_000, input.length]) {
    const blocks = frame(2, inChunks(input, [chunk]))
    t.ok(Buffer.concat(blocks.map((block) => block.bytes)).equals(input))
    for (const [i, { bytes, rows }] of blocks.slice(0, -1).entries()) {
      const isLarge = bytes.length >= 3_000_000
      t.ok(bytes.length >= 256 * 1024, `block ${i} of ${bytes.length}`)
      t.ok(isLarge ? bytes.length < 3_300_000 : bytes.length <= 1024 * 1024, `block ${i} of ${bytes.length}`)
      if (!isLarge) t.equal(rows * small.length, bytes.length)
    }
  }
})

t.test('no input makes no block', async (t) => {
  t.same(frame(3, []), [])
  t.same(frame(3, [new Uint8Array()]), [])
})

t.test('a block keeps its bytes when more is framed', async (t) => {
  const framer = createFramer({ width: 1 })
  const row = (fill: string) => pack.array([pack.str(fill.repeat(300_000))])
  const [first] = [...framer.push(row('a'))]
  const copy = Buffer.from(first!.bytes)
  ;[...framer.push(row('b')), ...framer.end()]
  t.ok(copy.equals(first!.bytes))
})

t.test('the kinds of the cells of a block are known for each column, where they are noted', async (t) => {
  const framer = createFramer({ width: 2, notesKinds: true })
  const kindsOf = (...cells: Buffer[]) => {
    const rows = cells.map((cell) => pack.array([cell, pack.NIL]))
    t.equal([...framer.push(Buffer.concat(rows)), ...framer.end()].length, 1)
    return framer.kinds
  }
  const { nil, boolean, int16, int32, int64, uint64, double, text, other } = CELL_KINDS
  const cases: [number, ...Buffer[]][] = [
    [nil, pack.NIL],
    [boolean, pack.TRUE, pack.FALSE],
    [int16, pack.fixint(127), pack.fixint(-32), pack.integer('uint8', 255n), pack.integer('int8', -128n)],
    [int16, pack.integer('int16', -32_768n), pack.integer('uint16', 32_767n)],
    [int32, pack.integer('uint16', 32_768n)],
    [int32, pack.integer('int32', -1n), pack.integer('uint32', 2n ** 31n - 1n)],
    [int64, pack.integer('uint32', 2n ** 31n)],
    [int64, pack.integer('int64', -1n), pack.integer('uint64', 2n ** 63n - 1n)],
    [uint64, pack.integer('uint64', 2n ** 63n)],
    [double, pack.float64(1), pack.float64(-1), pack.float64(0)],
    [other, pack.float64(-0)],
    [
      text,
      pack.str(''),
      pack.str('x'.repeat(31)),
      ...([1, 2, 4] as const).map((width) => pack.str('x', width)),
    ],
    [other, pack.float32(1)],
    [other, pack.bin(Buffer.of(1))],
    [other, pack.array([pack.NIL]), pack.array([], 2), pack.map([]), pack.map([], 2)],
    [other, pack.ext(1, Buffer.of(1)), pack.ext(1, Buffer.alloc(3), 1)],
    [int16 | text | nil, pack.fixint(1), pack.NIL, pack.str('x')],
  ]
  for (const [kinds, ...cells] of cases) {
    t.strictSame(kindsOf(...cells), [kinds, nil], cells.map((cell) => cell.toString('hex')).join())
  }
  const plain = createFramer({ width: 1 })
  t.equal([...plain.push(pack.array([pack.NIL])), ...plain.end()].length, 1)
  t.strictSame(plain.kinds, [])
})
