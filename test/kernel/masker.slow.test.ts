import { createHmac } from 'node:crypto'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import t from 'tap'
import { RowMasker } from '../../src/kernel/masker.js'
import { MASK_KINDS, type MaskKind } from '../../src/model/masks.js'
import { value } from '../support/msgpack/arbitraries.js'
import { pieces } from '../support/msgpack/encoded-results.js'
import { array, bin, fixint, map, NIL, str } from '../support/msgpack/pack.js'
import { encodeBytes, errorOf, planOf } from '../support/msgpack/plan.js'

const KEY = Buffer.from('a key of the tests')

/** Masks a column of rows of two: the cell, and one that stays. */
function masked(cells: readonly Uint8Array[], mask: MaskKind, { key = KEY, chunkBytes = 1e9 } = {}): Buffer {
  const masker = new RowMasker(planOf(['secret', 'n']).schema, [{ source: 0, mask }], key, {})
  const bytes = Buffer.concat(cells.map((cell) => array([cell, fixint(7)])))
  const out: Uint8Array[] = []
  for (const chunk of pieces(bytes, chunkBytes))
    for (const piece of masker.push(chunk)) {
      out.push(Buffer.from(piece))
      masker.recycle(piece)
    }
  return Buffer.concat([...out, ...masker.end()])
}

/** What csv has of each value; NULL is an empty text there. */
function csvTexts(cells: readonly Uint8Array[]): string[] {
  const rows = Buffer.concat(cells.map((cell) => array([cell, fixint(7)])))
  const bytes = encodeBytes({ format: 'csv', header: false }, planOf(['secret', 'n']), rows)
  return parse(bytes, { recordDelimiter: '\n' }).map(([text]) => text!)
}

/** The mask of a text, told in another way. */
function oracle(text: string, mask: MaskKind, key: Uint8Array): string | null {
  if (mask === 'null') return null
  if (mask === 'redact') return '***'
  if (mask === 'hmac-sha256') return createHmac('sha256', key).update(text).digest('hex')
  const characters = [...text]
  return characters.map((c, i) => (characters.length > 4 && i >= characters.length - 4 ? c : '*')).join('')
}

/** The rows that are wanted, as msgpack. */
function wanted(cells: readonly Uint8Array[], mask: MaskKind, key: Uint8Array = KEY): Buffer {
  const texts = csvTexts(cells)
  return Buffer.concat(
    cells.map((cell, i) => {
      const text = cell[0] === NIL[0] ? null : oracle(texts[i]!, mask, key)
      return array([text === null ? NIL : str(text), fixint(7)])
    }),
  )
}

const plainText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.string({ unit: 'binary-ascii', maxLength: 300 }),
)
/** As most columns are: texts, some NULL, and whatever else msgpack has. */
const cell = fc.oneof(
  { weight: 8, arbitrary: plainText.map((text) => str(text)) },
  { weight: 1, arbitrary: fc.constant(NIL) },
  { weight: 2, arbitrary: value },
)

t.test('each kind of mask makes of each value what an oracle makes of its text in csv', async () => {
  const property = fc.property(
    fc.array(cell, { minLength: 1, maxLength: 40 }),
    fc.constantFrom(...MASK_KINDS),
    fc.uint8Array({ minLength: 1, maxLength: 150 }),
    fc.constantFrom(1, 7, 100, 1e9),
    (cells, mask, key, chunkBytes) => {
      const got = masked(cells, mask, { key: Buffer.from(key), chunkBytes })
      return got.equals(wanted(cells, mask, key))
    },
  )
  fc.assert(property, { numRuns: 150 })
})

t.test('texts of each length around the blocks of a hash are hashed as HMAC-SHA256 says', async (t) => {
  const cells = Array.from({ length: 300 }, (_, bytes) => str('x'.repeat(bytes)))
  for (const keyBytes of [1, 63, 64, 65, 200]) {
    const key = Buffer.alloc(keyBytes, 0xe9)
    t.ok(masked(cells, 'hmac-sha256', { key }).equals(wanted(cells, 'hmac-sha256', key)), `${keyBytes}`)
  }
})

t.test('values that come again have the same hash, whatever comes between them', async (t) => {
  const person = (i: number) => str(`person ${i}`)
  // Few values, then so many that looking them up is given up for a while, then few ones again.
  const cells = [
    ...Array.from({ length: 3000 }, (_, i) => person(i % 50)),
    ...Array.from({ length: 20_000 }, (_, i) => person(i)),
    ...Array.from({ length: 6000 }, (_, i) => person(i % 7)),
  ]
  t.ok(masked(cells, 'hmac-sha256', { chunkBytes: 1000 }).equals(wanted(cells, 'hmac-sha256')))
})

t.test('values longer than a piece of output are masked whole', async (t) => {
  const long = [str(`${'é'.repeat(150_000)}1234`), bin(Buffer.alloc(210_000, 7)), str('😀'.repeat(70_000), 4)]
  const nested = array(Array.from({ length: 24_000 }, (_, i) => str(`nested ${i}`)))
  const cells = [str('before'), ...long, nested, str('behind')]
  for (const mask of MASK_KINDS) {
    const want = wanted(cells, mask)
    for (const chunkBytes of [100_000, 1e9])
      t.ok(masked(cells, mask, { chunkBytes }).equals(want), `${mask} ${chunkBytes}`)
  }
})

t.test('cells that are not masked go out byte for byte, wherever the masked ones are', async (t) => {
  const names = ['a', 'b', 'c', 'd']
  const rows = Array.from({ length: 3000 }, (_, i) => [
    str(`a${i}`, 2),
    i % 5 === 0 ? array([fixint(1), str('x')], 4) : str('y'.repeat(i % 70), 4),
    bin(Buffer.from(`b${i}`)),
    str(`d${i}`),
  ])
  const columns = [
    { source: 0, mask: 'redact' },
    { source: 3, mask: 'hmac-sha256' },
  ] as const
  const masker = new RowMasker(planOf(names).schema, columns, KEY, {})
  const out = [...masker.push(Buffer.concat(rows.map((row) => array(row)))), ...masker.end()]
  const hash = (text: string) => str(createHmac('sha256', KEY).update(text).digest('hex'))
  const want = rows.map(([, b, c], i) => array([str('***'), b!, c!, hash(`d${i}`)]))
  t.ok(Buffer.concat(out).equals(Buffer.concat(want)))
})

t.test('what is wrong with the rows is told by row and column, and never by the value', async (t) => {
  const schema = planOf(['secret', 'n']).schema
  const failureOf = (bytes: Uint8Array, limits = {}) =>
    errorOf(() => {
      const masker = new RowMasker(schema, [{ source: 0, mask: 'hmac-sha256' }], KEY, limits)
      return [...masker.push(bytes), ...masker.end()]
    })
  const row = array([str('hidden'), fixint(1)])
  // Each level of keys is quoted once more, and there are not so many quotes.
  let deep: Buffer = str('hidden')
  for (let i = 0; i < 30; i++) deep = map([[deep, NIL]])
  const cases: [code: string, message: RegExp, bytes: Buffer, limits?: object][] = [
    ['E_MSGPACK_TRUNCATED', /row 2/, Buffer.concat([row, row.subarray(0, 4)])],
    ['E_SCHEMA', /row 2 has 1 cells/, Buffer.concat([row, array([str('hidden')])])],
    ['E_LIMIT_CELL', /row 1, column "secret"/, row, { cellBytes: 3 }],
    ['E_LIMIT_DEPTH', /row 1, column "secret"/, array([deep, fixint(1)])],
  ]
  for (const [code, message, bytes, limits] of cases) {
    const { code: got, message: text } = failureOf(bytes, limits)
    t.equal(got, code)
    t.match(text, message)
    t.notMatch(text, 'hidden')
  }
})
