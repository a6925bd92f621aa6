import fc from 'fast-check'
import t from 'tap'
import { styleFor } from '../../src/cli/terminal/style.js'
import { table } from '../../src/cli/terminal/table.js'
import { truncate, width } from '../../src/cli/terminal/width.js'

const plain = styleFor(false, {}, undefined)
const colored = styleFor(false, {}, 'always')

t.test('columns are aligned, numbers to the right', async (t) => {
  const { lines } = table(
    [{ name: 'name' }, { name: 'n', align: 'right' }],
    [
      ['a', '1'],
      ['long text', '1000'],
    ],
    80,
    plain,
  )
  t.same(lines, ['name          n', 'a             1', 'long text  1000'])
})

t.test('wide and combining characters keep the columns aligned', async (t) => {
  const texts = ['日本語', 'e\u0301te\u0301', '👨‍👩‍👧', '❤️', 'abc', 'ｱｲｳ', '한글']
  const { lines } = table(
    [{ name: 'text' }, { name: 'x' }],
    texts.map((text) => [text, '|']),
    80,
    plain,
  )
  for (const line of lines.slice(1)) t.equal(width(line.slice(0, line.indexOf('|'))), 8, line)
})

t.test('NULL is dim, the text NULL is not', async (t) => {
  const { lines } = table([{ name: 'a' }], [[null], ['NULL']], 80, colored)
  t.match(lines[1], '\x1b[2mNULL\x1b[22m')
  t.equal(lines[2], 'NULL')
})

t.test('what is too wide is cut with an ellipsis, the widest column first', async (t) => {
  const { lines, hidden } = table(
    [{ name: 'a' }, { name: 'b' }],
    [['x'.repeat(100), 'short text']],
    40,
    plain,
  )
  t.equal(hidden, 0)
  t.match(lines[1], /^x+… {2}short text$/)
  t.equal(width(lines[1]!), 40)
})

t.test('columns that do not fit at all are left out and counted', async (t) => {
  const names = Array.from({ length: 30 }, (_, i) => ({ name: `column_${i}` }))
  const { lines, hidden } = table(names, [names.map(({ name }) => name)], 40, plain)
  t.ok(hidden > 0)
  t.ok(lines.every((line) => width(line) <= 40))
})

t.test('control characters in names and cells cannot reach the terminal', async (t) => {
  const { lines } = table([{ name: 'a\x1b[31m' }], [['x\ny\u202ez\x07']], 80, plain)
  t.same(lines, ['a\\x1b[31m', 'x\\ny\\u202ez\\x07'])
})

t.test('no line is wider than the terminal, whatever the cells and the width', async () => {
  const cell = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.constant(null))
  fc.assert(
    fc.property(
      fc.array(fc.tuple(cell, cell, cell), { maxLength: 5 }),
      fc.integer({ min: 1, max: 60 }),
      (rows, columns) => {
        const { lines } = table([{ name: 'a' }, { name: '日' }, { name: 'ccc' }], rows, columns, plain)
        return lines.every((line) => width(line) <= columns)
      },
    ),
  )
})

t.test('a cut text is never wider than asked for', async (t) => {
  t.equal(truncate('日本語', 5), '日本…')
  t.equal(truncate('日本語', 4), '日…')
  t.equal(truncate('abc', 3), 'abc')
  t.equal(truncate('abc', 0), '')
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.nat(20),
      (text, cells) => width(truncate(text, cells)) <= cells,
    ),
  )
})

t.test('texts are cut before numbers', async (t) => {
  const header = [{ name: 'n', align: 'right' as const }, { name: 'text' }, { name: 'state', whole: true }]
  const { lines, hidden } = table(header, [['1234567890123', 'x'.repeat(40), 'success!']], 36, plain)
  t.same([lines[1], hidden], ['1234567890123  xxxxxxxxxx…  success!', 0])
  t.equal(table(header, [['1234567890123', 'x'.repeat(40), 'success!']], 30, plain).hidden, 1)
})
