import t from 'tap'
import type { CsvOptions } from '../../src/model/option-types.js'
import type { Plan } from '../../src/model/plan.js'
import type { SqlType } from '../../src/model/schema.js'
import * as pack from '../support/msgpack/pack.js'
import { encodeBytes, encodeCell, planOf } from '../support/msgpack/plan.js'

/** One cell of each kind, and NULL. */
const CELLS = [
  pack.fixint(-1),
  pack.integer('uint64', 2n ** 63n),
  pack.float64(1.5),
  pack.float32(0.5),
  pack.TRUE,
  pack.NIL,
  pack.str('x'),
  pack.str(''),
  pack.str('say "hi"'),
  pack.bin(Buffer.of(0)),
  pack.ext(-1, Buffer.alloc(4)),
  pack.array([pack.fixint(1)]),
  pack.map([]),
]
const NAMES = CELLS.map((_, i) => `c${i}`)

/** The cells as one row, by the hot loop and cell by cell. */
function rowsOf(options: CsvOptions): string[] {
  const straight = planOf(NAMES)
  const careful: Plan = { ...straight, columns: [...straight.columns, straight.columns[0]!] }
  return [straight, careful].map((plan) =>
    encodeBytes({ format: 'csv', header: false, ...options }, plan, pack.array(CELLS)).toString(),
  )
}

t.test('quote says which cells stand in quotes, and NULL never does', async (t) => {
  const cases: [CsvOptions, string][] = [
    [{}, '-1,9223372036854775808,1.5,0.5,true,,x,"","say ""hi""",AA==,1970-01-01T00:00:00Z,[1],{}'],
    [
      { quote: 'strings' },
      '-1,9223372036854775808,1.5,0.5,true,,"x","","say ""hi""","AA==","1970-01-01T00:00:00Z","[1]","{}"',
    ],
    [
      { quote: 'all' },
      '"-1","9223372036854775808","1.5","0.5","true",,"x","","say ""hi""","AA==","1970-01-01T00:00:00Z","[1]","{}"',
    ],
  ]
  for (const [options, line] of cases) {
    for (const nullText of ['', 'NULL', '0', 'x', '-1']) {
      const [expected = '', first = ''] = [line, line.split(',')[0]]
      const cells = expected.split(',')
      cells[5] = nullText
      const quoted = cells.map((cell, i) => (i !== 5 && cell === nullText ? `"${cell}"` : cell))
      const [straight, careful] = rowsOf({ ...options, null: nullText })
      t.equal(straight, `${quoted.join()}\n`)
      t.equal(careful, `${quoted.join()},${first === nullText ? `"${first}"` : first}\n`)
    }
  }
  const header = (quote: CsvOptions['quote']) =>
    encodeBytes({ format: 'csv', quote }, planOf(['a', '']), Buffer.of()).toString()
  t.equal(header('strings'), '"a",""\n')
  t.equal(header('all'), '"a",""\n')
  const long = 'y'.repeat(100_000)
  t.equal(encodeCell({ format: 'csv', quote: 'strings' }, pack.str(long)), `"${long}"`)
})

t.test('a delimiter may be any characters, and several', async (t) => {
  for (const delimiter of ['|', '§', '、', '😀', '||', '、、', ';é', ', ', '\x01', '\u00a0', "'", '\\']) {
    const [straight, careful] = rowsOf({ delimiter })
    const cells = [
      '-1',
      '9223372036854775808',
      '1.5',
      '0.5',
      'true',
      '',
      'x',
      '""',
      '"say ""hi"""',
      'AA==',
      '1970-01-01T00:00:00Z',
      '[1]',
      '{}',
    ]
    t.equal(straight, `${cells.join(delimiter)}\n`)
    t.equal(careful, `${[...cells, '-1'].join(delimiter)}\n`)
    const [first = ''] = delimiter
    const cell = (text: string) => encodeCell({ format: 'csv', delimiter }, pack.str(text))
    const far = 'x'.repeat(40)
    for (const text of [
      first,
      `a${delimiter}`,
      `${first}b`,
      `${far}${first}`,
      far + delimiter,
      `${'x'.repeat(100_000)}${first}`,
    ])
      t.ok(cell(text) === `"${text}"`, `${text.length} characters with ${JSON.stringify(delimiter)}`)
  }
  const cell = (text: string, delimiter: string) => encodeCell({ format: 'csv', delimiter }, pack.str(text))
  t.equal(cell('\u00a8é', '§'), '\u00a8é', 'its first byte alone is not the delimiter')
  t.equal(cell('あいう、', '、'), '"あいう、"')
  t.equal(cell('あいう。', '、'), 'あいう。')
  t.equal(cell('é', ';é'), 'é')
})

t.test('\\t spells a tab', async (t) => {
  t.equal(
    encodeBytes({ format: 'csv', delimiter: '\\t' }, planOf(['a', 'b']), Buffer.of()).toString(),
    'a\tb\n',
  )
})

const DECIMAL: SqlType = { kind: 'decimal', precision: 10, scale: 2 }

/** Two columns of the type. */
function typed(type: SqlType): Plan {
  const { columns } = planOf(['a', 'b'])
  return {
    schema: { columns: columns.map(({ name }) => ({ name, type, typeText: '' })), inferred: false },
    columns: columns.map((column) => ({ ...column, type })),
  }
}

t.test('decimalComma changes doubles, reals and decimals, and nothing else', async (t) => {
  const options = { decimalComma: true, delimiter: ';' }
  const csv = (cell: Buffer, more: object = {}) => encodeCell({ format: 'csv', ...options, ...more }, cell)
  for (const value of [1.5, -0.001, 1.5e-7, 1.25e21, 123456.789, 1e21, 5, -0, NaN, -Infinity]) {
    const text = String(value).replace('.', ',')
    t.equal(csv(pack.float64(value)), text)
    t.equal(csv(pack.float64(value), { delimiter: ',' }), text.includes(',') ? `"${text}"` : text)
    t.equal(csv(pack.float64(value), { delimiter: ',', quote: 'all' }), `"${text}"`)
    t.equal(encodeCell({ format: 'tsv', decimalComma: true }, pack.float64(value)), text)
  }
  t.equal(csv(pack.float32(2.5)), '2,5')
  t.equal(csv(pack.str('1.5')), '1.5', 'a text stays what it is')
  t.equal(csv(pack.array([pack.float64(1.5)])), '[1.5]', 'and so does JSON')
  t.equal(csv(pack.float64(0.5), { null: '0,5' }), '"0,5"')
  t.equal(
    encodeCell({ format: 'csv', ...options }, pack.float64(1.5), 'varchar'),
    '1.5',
    'and what was cast to a text',
  )
  t.equal(encodeCell({ format: 'csv', ...options }, pack.str('1.5'), 'double'), '1,5')

  const row = (a: string, b: string) => pack.array([pack.str(a), pack.str(b)])
  const input = Buffer.concat([row('12.50', '-0.25'), row('+7', '1.2.3'), row('.5', '')])
  const decimals = (spec: object) =>
    encodeBytes({ format: 'csv', header: false, ...spec }, typed(DECIMAL), input).toString()
  t.equal(decimals(options), '12,50;-0,25\n+7;1.2.3\n.5;""\n')
  t.equal(decimals({ decimalComma: true }), '"12,50","-0,25"\n+7,1.2.3\n.5,""\n')
})

t.test('a decimal is a number: no apostrophe, and no quotes as a string', async (t) => {
  const input = pack.array([pack.str('-1.50'), pack.str('=1')])
  const encoded = (type: SqlType, spec: object) =>
    encodeBytes({ format: 'csv', header: false, ...spec }, typed(type), input).toString()
  const text: SqlType = { kind: 'varchar' }
  t.equal(encoded(DECIMAL, { escapeFormulas: true }), "-1.50,'=1\n")
  t.equal(encoded(text, { escapeFormulas: true }), "'-1.50,'=1\n")
  t.equal(encoded(DECIMAL, { quote: 'strings' }), '-1.50,"=1"\n')
  t.equal(encoded(text, { quote: 'strings' }), '"-1.50","=1"\n')
  t.equal(encoded(DECIMAL, { quote: 'all' }), '"-1.50","=1"\n')
  t.equal(encoded(DECIMAL, { null: '-1.50' }), '"-1.50",=1\n')
})
