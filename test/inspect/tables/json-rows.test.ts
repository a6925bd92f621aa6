import fc from 'fast-check'
import t from 'tap'
import { JsonRows } from '../../../src/inspect/tables/json-rows.js'

const LIMITS = { rowBytes: 1000, depth: 3 }

function rowsOf(text: string, size = text.length, limits = LIMITS) {
  const json = new JsonRows(limits)
  const rows = []
  for (let at = 0; at < text.length; at += size) rows.push(...json.push(text.slice(at, at + size)))
  rows.push(...json.push('', true))
  return rows.map((row) => (Array.isArray(row) ? row : { ...(row as object) }))
}

t.test('rows of NDJSON, and of one array, come in pieces of any size', async (t) => {
  const rows = [{ a: 'x]}"\\', b: [1] }, { a: null }]
  const texts = [
    rows.map((row) => JSON.stringify(row)).join('\n'),
    `${JSON.stringify(rows)}\n`,
    ` [\n${rows.map((row) => JSON.stringify(row, null, 2)).join(',\n')}\n]`,
  ]
  for (const text of texts)
    for (let size = 1; size <= text.length; size++) t.strictSame(rowsOf(text, size), rows, `${size}`)
  t.strictSame(rowsOf('[1,2]\n[3,4]\n'), [
    [1, 2],
    [3, 4],
  ])
  t.strictSame(rowsOf('[]'), [])
  t.strictSame(rowsOf(''), [])
})

t.test('any object is read as JSON.parse reads it', async (t) => {
  fc.assert(
    fc.property(
      fc.array(
        fc.dictionary(
          fc.string({ unit: 'binary', maxLength: 4 }),
          fc.string({ unit: 'binary', maxLength: 8 }),
          { maxKeys: 4 },
        ),
      ),
      fc.integer({ min: 1, max: 20 }),
      (rows, size) => {
        const text = rows.map((row) => JSON.stringify(row)).join('\n')
        const found = rowsOf(text, size)
        t.same(found, text === '' ? [] : text.split('\n').map((line) => JSON.parse(line)))
      },
    ),
    { numRuns: 100 },
  )
})

t.test('numbers that no double holds keep their digits', async (t) => {
  t.strictSame(
    rowsOf('{"a":9007199254740993,"b":0.10000000000000000001,"c":0.1,"d":"9007199254740993","e":1e400}'),
    [{ a: 9007199254740993n, b: '0.10000000000000000001', c: 0.1, d: '9007199254740993', e: '1e400' }],
  )
})

t.test('D20: what is no JSON, or no row, is named with its row', async (t) => {
  for (const [text, message] of [
    ['{"a":1}\n{"a":}\n', /^row 2: it is not valid JSON/],
    ['{"a":1}\n{"a":"', /^row 2: the text ends inside/],
    ['[{"a":1}', /^row 2: the text ends inside/],
    ['[{"a":1}] x', /^row 2: something follows the end/],
    ['[{"a":1}{"a":2}]', /^row 2: there is no comma before it/],
    ['[{"a":1},]', /^row 2: it is no object and no array/],
    ['[{"a":1},,{"a":2}]', /^row 2: it is no object and no array/],
    ['[{"a":1},', /^row 2: the text ends inside/],
    ['1\n', /^row 1: it is no object and no array/],
  ] as const)
    t.throws(() => rowsOf(text), { code: 'E_TEXT_DAMAGED', message }, text)
})

t.test('rows beyond the limits are refused', async (t) => {
  t.throws(() => rowsOf('{"a":"'.padEnd(3000, 'x'), 100), { code: 'E_LIMIT_ROW' })
  t.throws(() => rowsOf('{"a":[[[[1]]]]}'), { code: 'E_LIMIT_DEPTH' })
})
