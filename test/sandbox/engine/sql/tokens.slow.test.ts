import t from 'tap'
import { type Dialect, tokenize } from '../../../../src/sandbox/engine/sql/tokens.js'
import { growsEvenly } from '../../../support/process/growth.js'

const texts = (sql: string, dialect: Dialect = 'trino') =>
  tokenize(sql, dialect)
    .slice(0, -1)
    .map(({ kind, text }) => `${kind} ${text}`)

t.test('a query is read as words, names, texts, numbers and signs', async (t) => {
  t.strictSame(texts(`SELECT "a ""b""", 'it''s', 1, 1.5, .5, 1e3, x'0f' FROM t -- end`), [
    ...[
      'word select',
      'name a "b"',
      'sign ,',
      `text it's`,
      'sign ,',
      'integer 1',
      'sign ,',
      'decimal 1.5',
      'sign ,',
    ],
    ...['decimal .5', 'sign ,', 'double 1e3', 'sign ,', 'bytes 0f', 'word from', 'word t'],
  ])
  t.strictSame(texts('a<>b!=c||d->e'), [
    'word a',
    'sign <>',
    'word b',
    'sign !=',
    'word c',
    'sign ||',
    'word d',
    'sign ->',
    'word e',
  ])
  t.strictSame(texts(`U&'\\65E5\\672C'`), ['text 日本'])
})

t.test('comments are left out, and what looks like one in a text is not', async (t) => {
  t.strictSame(texts(`/* 'a' -- */ 1 -- "b\n, '-- no' , '/* no */'`), [
    'integer 1',
    'sign ,',
    'text -- no',
    'sign ,',
    'text /* no */',
  ])
})

t.test('Hive has texts in double quotes, names in backquotes and escapes', async (t) => {
  t.strictSame(texts('SELECT "a\\"b\\n", `c d`, \'it\\\'s\'', 'hive'), [
    'word select',
    'text a"b\n',
    'sign ,',
    'name c d',
    'sign ,',
    `text it's`,
  ])
})

t.test('what is no part of the language is refused with its place', async (t) => {
  for (const [sql, message, at] of [
    ['SELECT `a`', /backquoted identifiers are not supported/, 7],
    [`SELECT 'a`, /quote is never closed/, 7],
    ['/* /* */ */ SELECT 1 /*', /comment is never closed/, 21],
    ['SELECT é', /mismatched input 'é'/, 7],
  ] as const)
    t.throws(() => tokenize(sql, 'trino'), { name: 'SqlError', message, at })
})

t.test('no query takes more time than its length explains', async (t) => {
  const count = (sql: string) => {
    try {
      return tokenize(sql, 'trino').length
    } catch {
      return 0
    }
  }
  for (const part of ['/**/', '/', '/ ', "'", '"', 'a', '- ', "'' ", '1.', '\n'])
    await growsEvenly(t, part, 60_000, count)
})
