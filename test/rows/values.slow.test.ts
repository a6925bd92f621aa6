import { decode, Encoder, ExtData, encode } from '@msgpack/msgpack'
import fc from 'fast-check'
import t from 'tap'
import { createRowReader } from '../../src/rows/reader.js'
import { createRowWriter } from '../../src/rows/writer.js'
import { inferredSchema, parseSchema } from '../../src/schema/schema-parser.js'
import { identityPlan, select } from '../../src/transforms/columns.js'

/** One row of one cell, given as msgpack bytes. */
function readCell(cell: Uint8Array, int64?: 'number' | 'bigint' | 'string') {
  const bytes = Buffer.concat([Buffer.from([0x91]), cell])
  const read = createRowReader(identityPlan(inferredSchema(1)), { shape: 'array', ...(int64 && { int64 }) })
  return read({ bytes, rows: 1, firstRow: 0 }).rows[0]![0]
}
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')

t.test('reads every format of msgpack', async (t) => {
  const cases: [string, unknown][] = [
    ['00', 0],
    ['7f', 127],
    ['e0', -32],
    ['ff', -1],
    ['c0', null],
    ['c2', false],
    ['c3', true],
    ['cc ff', 255],
    ['cd ffff', 65535],
    ['ce ffffffff', 4294967295],
    ['cf 001fffffffffffff', Number.MAX_SAFE_INTEGER],
    ['d0 80', -128],
    ['d1 8000', -32768],
    ['d2 80000000', -2147483648],
    ['d3 ffe0000000000001', Number.MIN_SAFE_INTEGER],
    ['ca 3fc00000', 1.5],
    ['cb 3ff8000000000000', 1.5],
    ['a3 616263', 'abc'],
    ['d9 03 e697a5', '日'],
    ['da 0001 61', 'a'],
    ['db 00000001 61', 'a'],
    ['c4 02 0001', Uint8Array.of(0, 1)],
    ['c5 0001 07', Uint8Array.of(7)],
    ['c6 00000001 07', Uint8Array.of(7)],
    ['92 01 c0', [1, null]],
    ['dc 0001 01', [1]],
    ['dd 00000001 01', [1]],
    ['d6 ff 00000001', new Date(1000)],
    ['d7 ff 0ee6b28000000001', new Date(1062)],
    ['c7 0c ff 0ee6b280 ffffffffffffffff', new Date(-750)],
    ['d4 05 09', new ExtData(5, Uint8Array.of(9))],
    ['c7 03 05 010203', new ExtData(5, Uint8Array.of(1, 2, 3))],
  ]
  for (const [bytes, value] of cases) t.strictSame(readCell(hex(bytes)), value, bytes)
  t.strictSame({ ...(readCell(hex('81 a1 61 01')) as object) }, { a: 1 })
  t.strictSame({ ...(readCell(hex('de 0001 a1 61 01')) as object) }, { a: 1 })
  t.strictSame({ ...(readCell(hex('df 00000001 a1 61 01')) as object) }, { a: 1 })
})

t.test('an integer beyond 2^53 is never rounded', async (t) => {
  const cell = hex('cf 0020000000000001')
  t.throws(() => readCell(cell), { code: 'E_TYPE', hint: /int64/ })
  t.equal(readCell(cell, 'bigint'), 9007199254740993n)
  t.equal(readCell(cell, 'string'), '9007199254740993')
  t.equal(readCell(hex('d3 8000000000000000'), 'string'), '-9223372036854775808')
  t.equal(readCell(hex('cf 0000000000000001'), 'bigint'), 1, 'what a number can hold stays a number')
})

t.test('names and keys that are special in JavaScript are data', async (t) => {
  const schema = parseSchema('[["__proto__","bigint"],["a","bigint"],["10","bigint"],["a","bigint"]]')
  const read = createRowReader(identityPlan(schema))
  const { rows } = read({ bytes: encode([1, 2, 3, 4]), rows: 1, firstRow: 0 })
  t.strictSame(Object.entries(rows[0]!).toSorted(), [
    ['10', 3],
    ['__proto__', 1],
    ['a', 2],
    ['a_2', 4],
  ])
  const prototype = Object.getPrototypeOf(rows[0])
  t.strictSame(Object.getOwnPropertyNames(prototype), [], 'a row inherits no name')
  t.equal(Object.getPrototypeOf(prototype), null)
  t.notOk('toString' in rows[0]!)
  const map = readCell(hex('81 a9 5f5f70726f746f5f5f 01')) as object
  t.strictSame(Object.keys(map), ['__proto__'])
})

t.test('all rows of a result have one shape, and each its own values', async (t) => {
  const read = createRowReader(identityPlan(parseSchema('[["id","bigint"],["name","varchar"]]')))
  const bytes = Buffer.concat([encode([1, 'one']), encode([2, null])])
  const { rows } = read({ bytes, rows: 2, firstRow: 0 })
  t.equal(Object.getPrototypeOf(rows[0]), Object.getPrototypeOf(rows[1]))
  t.strictSame(
    rows.map((row) => ({ ...row })),
    [
      { id: 1, name: 'one' },
      { id: 2, name: null },
    ],
  )
})

t.test('texts of every length and alphabet come back, known or new', async () => {
  const read = createRowReader(identityPlan(inferredSchema(2)), { shape: 'array' })
  const text = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.constantFrom(
      '',
      'a',
      'GET',
      'POST',
      'x'.repeat(127),
      'x'.repeat(128),
      'x'.repeat(129),
      'y'.repeat(9000),
    ),
  )
  const rows = fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(rows, (cells) => {
      const bytes = Buffer.concat(cells.map((row) => encode(row)))
      const { rows } = read({ bytes, rows: cells.length, firstRow: 0 })
      return JSON.stringify(rows) === JSON.stringify(cells)
    }),
    { numRuns: 200 },
  )
})

t.test('a column that does not repeat is read as well as one that does', async (t) => {
  const cells = Array.from({ length: 40_000 }, (_, i) => [`unique-${i}`, `of-${i % 10}`, `é-${i}`])
  const bytes = Buffer.concat(cells.map((row) => encode(row)))
  const read = createRowReader(identityPlan(inferredSchema(3)), { shape: 'array' })
  const { rows } = read({ bytes, rows: cells.length, firstRow: 0 })
  t.equal(JSON.stringify(rows), JSON.stringify(cells))
})

t.test('dropped columns are stepped over, whatever they hold', async () => {
  const plan = select(['_col1']).apply(identityPlan(inferredSchema(3)))
  const read = createRowReader(plan, { shape: 'array' })
  const anything = fc.anything({ withDate: true, withTypedArray: false })
  fc.assert(
    fc.property(fc.array(fc.tuple(anything, fc.nat(), anything), { minLength: 1 }), (cells) => {
      const bytes = Buffer.concat(cells.map((row) => encode(row, { ignoreUndefined: true })))
      const { rows, offsets } = read({ bytes, rows: cells.length, firstRow: 0 })
      return offsets.at(-1) === bytes.length && rows.every((row, i) => row[0] === cells[i]![1])
    }),
  )
})

t.test('a map with other keys than texts is a Map', async (t) => {
  t.strictSame(
    readCell(hex('82 01 a1 61 c0 02')),
    new Map<unknown, unknown>([
      [1, 'a'],
      [null, 2],
    ]),
  )
})

t.test('follows the plan and tells where rows begin', async (t) => {
  const plan = select(['_col2', '_col0']).apply(identityPlan(inferredSchema(3)))
  const bytes = Buffer.concat([encode([1, 'x', 3]), encode([4, 'yy', 6])])
  const batch = createRowReader(plan, { shape: 'array' })({ bytes, rows: 2, firstRow: 0 })
  t.strictSame(batch.rows, [
    [3, 1],
    [6, 4],
  ])
  t.strictSame([...batch.offsets], [0, 5, 11])
})

const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true }),
  fc.string({ unit: 'grapheme' }),
  fc.uint8Array(),
)
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('value')),
    // The independent decoder refuses this one key; it has a test of its own.
    fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      tie('value'),
    ),
  ),
}))

t.test('agrees with an independent decoder on any value', async () => {
  const encoder = new Encoder()
  fc.assert(
    fc.property(value, (cell) => {
      const bytes = encoder.encode(cell)
      return JSON.stringify(readCell(bytes)) === JSON.stringify(decode(bytes))
    }),
    { numRuns: 2000 },
  )
})

t.test('what the writer writes the reader reads', async (t) => {
  const write = createRowWriter()
  const read = createRowReader(identityPlan(inferredSchema(1)), { shape: 'array', int64: 'bigint' })
  const round = (cell: unknown) => read({ bytes: write([cell]), rows: 1, firstRow: 0 }).rows[0]![0]
  for (const cell of [
    2n ** 63n,
    -(2n ** 63n),
    2n ** 64n - 1n,
    new Date(-750),
    new ExtData(7, Uint8Array.of(1)),
    -0.5,
  ]) {
    t.strictSame(round(cell), cell)
  }
  t.equal(round(undefined), null)
  t.strictSame({ ...(round(new Map([['__proto__', 5]])) as object) }, { ...JSON.parse('{"__proto__":5}') })
  t.throws(() => write([2n ** 64n]), { code: 'E_TYPE' })
  t.throws(() => write([() => 1]), { code: 'E_TYPE' })
  fc.assert(fc.property(value, (cell) => JSON.stringify(round(cell)) === JSON.stringify(cell)))
})
