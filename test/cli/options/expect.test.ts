import fc from 'fast-check'
import t from 'tap'
import { expectations } from '../../../src/cli/options/expect.js'
import type { Expectations } from '../../../src/index.js'
import { GATE_NAMES } from '../../../src/pipeline/gates/gate-names.js'

const parsed = (...texts: string[]) =>
  texts.reduce<Expectations | undefined>((previous, text) => expectations(text, previous), undefined)

t.test('each form of a check is understood', async (t) => {
  const cases: [string, Expectations][] = [
    ['rows>=1', { rows: { min: 1 } }],
    [' rows <= 20 ', { rows: { max: 20 } }],
    ['rows=3', { rows: { min: 3, max: 3 } }],
    ['rows==0', { rows: { min: 0, max: 0 } }],
    ['not_null(a)', { notNull: ['a'] }],
    ['not_null( a , b c )', { notNull: ['a', 'b c'] }],
    ['not_null("a,b","say ""hi""", "(x)")', { notNull: ['a,b', 'say "hi"', '(x)'] }],
    ['unique(a,b)', { unique: ['a', 'b'] }],
    ['unique((a,b))', { unique: [['a', 'b']] }],
    ['unique(id, (shop, "x,y") , day)', { unique: ['id', ['shop', 'x,y'], 'day'] }],
    ['columns(a,b,a)', { columns: ['a', 'b', 'a'] }],
    ['columns(列,__proto__)', { columns: ['列', '__proto__'] }],
  ]
  for (const [text, expected] of cases) t.strictSame(parsed(text), expected, text)
})

t.test('several checks add up', async (t) => {
  t.strictSame(
    parsed('rows>=1', 'rows<=9', 'not_null(a)', 'not_null(b)', 'unique(a)', 'unique((b,c))', 'columns(a)'),
    {
      rows: { min: 1, max: 9 },
      notNull: ['a', 'b'],
      unique: ['a', ['b', 'c']],
      columns: ['a'],
    },
  )
})

t.test('anything else is refused with the forms there are', async (t) => {
  const wrong = [
    '',
    'rows',
    'rows>1',
    'rows>=-1',
    'rows>=1.5',
    'rows>=x',
    'not_null',
    'not_null()',
    'not_null(a',
    'not_null(a,)',
    'not_null(,a)',
    'not_null(a b "c")',
    'not_null("a"b)',
    'not_null((a,b))',
    'not_null(a))',
    'unique((a)',
    'unique(())',
    'unique((a,(b)))',
    'columns((a,b))',
    'NOT_NULL(a)',
    'max_change<=50%',
    'schema=same',
    'rows>=1 rows<=2',
  ]
  for (const text of wrong) t.throws(() => parsed(text), { message: /^Expectations are rows>=1/ }, text)
  t.throws(() => parsed('rows>=1', 'rows=2'), { message: /same bound/ })
  t.throws(() => parsed('columns(a)', 'columns(b)'), { message: /told twice/ })
})

t.test('what reports call a check is what the option takes', async () => {
  const name = fc.string({ minLength: 1 }).filter((text) => text.trim() === text && text !== '')
  const key = fc.array(name, { minLength: 1, maxLength: 3 })
  fc.assert(
    fc.property(key, (names) => {
      const single = names.length === 1 ? names[0]! : names
      const { unique } = parsed(GATE_NAMES.unique(names))!
      const { columns } = parsed(GATE_NAMES.columns(names))!
      const { notNull } = parsed(GATE_NAMES.notNull(names[0]!))!
      return JSON.stringify([unique, columns, notNull]) === JSON.stringify([[single], names, [names[0]]])
    }),
  )
})
