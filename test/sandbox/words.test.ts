import t from 'tap'
import { wordsOf } from '../../src/sandbox/engine/words.js'
import { growsEvenly } from '../support/process/growth.js'

const words = (sql: string) => [...wordsOf(sql)].map(({ text, quoted }) => (quoted ? `<${text}>` : text))

t.test('a query is its words without comments and texts', async (t) => {
  for (const [sql, expected] of [
    ['', []],
    [' -- a\n\t/* b /* c */ d */ ', []],
    ['SELECT a1, "B ""c""" FROM t', ['select', 'a1', ',', '<B "c">', 'from', 't']],
    ["f('a''b -- ' , $$ it's $$, $x$ $$ $x$)", ['f', '(', ',', ',', ')']],
    ["e'a\\' b' e 'a\\' b", ['e', 'e', 'b']],
    ['a--b\nc/**/d', ['a', 'c', 'd']],
    ['a - - b / * c', ['a', '-', '-', 'b', '/', '*', 'c']],
    ["'open", []],
    ['"open', ['<open>']],
    ['/* open', []],
    ['$1 größe', ['$', '1', 'größe']],
  ] as const) {
    t.strictSame(words(sql), expected, sql)
  }
  const [first, second] = [...wordsOf(' ab "c"')]
  t.match(
    [first, second],
    [
      { start: 1, end: 3 },
      { start: 4, end: 7 },
    ],
  )
})

t.test('comments are bounded, and no query takes more time than its length explains', async (t) => {
  t.throws(() => words('/*'.repeat(65)), { name: 'RangeError' })
  t.strictSame(words(`${'/*'.repeat(64)}${'*/'.repeat(64)}a`), ['a'])
  for (const part of ['/**/', '/', '/ ', "'", '"', '$', '$a', 'a', '- ', "e'\\", '\n']) {
    growsEvenly(t, part, 30_000, (sql) => [...wordsOf(sql)].length)
  }
})
