import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import t from 'tap'
import { type CsvDialect, CsvParser } from '../../../src/inspect/tables/csv-parser.js'

const CSV: CsvDialect = { delimiter: ',', isQuoted: true, nullText: '' }
const TSV: CsvDialect = { delimiter: '\t', isQuoted: false, nullText: '\\N' }
const LIMITS = { rowBytes: 1000, columns: 10 }

/** All rows of a text that comes in pieces of `size` characters. */
function rowsOf(text: string, dialect = CSV, size = text.length, limits = LIMITS) {
  const parser = new CsvParser(dialect, limits)
  const rows = []
  for (let at = 0; at < text.length; at += size) rows.push(...parser.push(text.slice(at, at + size)))
  return [...rows, ...parser.push('', true)]
}

t.test('cells are read in pieces of any size as they are at once', async (t) => {
  const text = 'a,"b ""x"",\r\n",\r\n"",,"c"\r"last"\n1,2,'
  const rows = [['a', 'b "x",\r\n', null], ['', null, 'c'], ['last'], ['1', '2', null]]
  for (let size = 1; size <= text.length; size++) t.strictSame(rowsOf(text, CSV, size), rows, `${size}`)
})

t.test('rows are those of csv-parse', async (t) => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é', '😀'), maxLength: 6 })
  const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(table, fc.integer({ min: 1, max: 9 }), (rows, size) => {
      const text = rows.map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(',')).join('\n')
      t.strictSame(rowsOf(text, CSV, size), parse(text, { record_delimiter: '\n' }))
    }),
    { numRuns: 200 },
  )
})

t.test('NULL is a cell of nothing that is not quoted, or another text', async (t) => {
  t.strictSame(rowsOf('"",,NULL\n'), [['', null, 'NULL']])
  t.strictSame(rowsOf('"",,NULL\n', { ...CSV, nullText: 'NULL' }), [['', '', null]])
})

t.test('TSV has escapes and no quotes', async (t) => {
  t.strictSame(rowsOf('a\\tb\t"q"\t\\N\t\\\\N\t\n', TSV), [['a\tb', '"q"', null, '\\N', '']])
})

t.test('D20: a quoted cell without an end, and text behind one, are damage', async (t) => {
  t.throws(() => rowsOf('a,b\n1,"2\n'), {
    code: 'E_TEXT_DAMAGED',
    message: /^row 2, cell 2: a quoted cell has no end/,
  })
  t.throws(() => rowsOf('"a"b,c\n'), { code: 'E_TEXT_DAMAGED', message: /^row 1, cell 2: something follows/ })
})

t.test('rows beyond the limits are refused', async (t) => {
  t.throws(() => rowsOf('"'.padEnd(3000, 'x'), CSV, 100), { code: 'E_LIMIT_ROW' })
  t.throws(() => rowsOf(`${','.repeat(20)}\n`), { code: 'E_LIMIT_COLUMNS' })
})
