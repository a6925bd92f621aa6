import fc from 'fast-check'
import t from 'tap'
import { isEmptySql, type SqlPlace, sqlPlaceAfter, tokensOf } from '../../src/sql/tokens.js'

const kinds = (sql: string, engine: 'trino' | 'hive' = 'trino') =>
  [...tokensOf(sql, engine)]
    .filter(({ kind }) => kind !== 'space')
    .map(({ kind, start, end }) => `${kind} ${sql.slice(start, end)}`)

t.test('SQL of nothing but comments, white space and semicolons is empty', async (t) => {
  for (const sql of ['', ' \n', '-- a', '/* a */;', '-- a\n;\n/* b', ';;']) t.ok(isEmptySql(sql), sql)
  for (const sql of ['select 1', '-- a\nselect 1', "''", '*', '/* a */ x', '-']) t.notOk(isEmptySql(sql), sql)
})

t.test('SQL is texts, quoted names, comments, words and signs, as its engine reads them', async (t) => {
  t.strictSame(kinds(`a1 "b""c" 'd\\' -- e'\n/* ' */ -5`), [
    'word a1',
    'name "b"',
    'name "c"',
    "text 'd\\'",
    "comment -- e'\n",
    "comment /* ' */",
    'sign -',
    'word 5',
  ])
  t.strictSame(kinds(`"a" 'b\\'c' \`d\\\` é`, 'hive'), ['text "a"', "text 'b\\'c'", 'name `d\\`', 'word é'])
})

t.test('a place is in quotes or a comment until these end', async (t) => {
  const places: readonly (readonly [before: string, place: SqlPlace, inHive?: SqlPlace])[] = [
    ['', 'code'],
    ["select '", 'quotes'],
    ["select 'a''", 'quotes'],
    ["select 'a'''", 'code', 'code'],
    ['select "a', 'quotes'],
    ['select `a', 'quotes'],
    ['a -- b', 'comment'],
    ["a -- b '\n", 'code'],
    ['/* a * /', 'comment'],
    ['/* a */ -', 'code'],
    ["'\\'", 'code', 'quotes'],
    ["'\\\\'", 'code'],
  ]
  for (const [before, place, inHive = place] of places) {
    t.equal(sqlPlaceAfter(before, 'presto'), place, before)
    t.equal(sqlPlaceAfter(before, 'hive'), inHive, before)
  }
})

t.test('tokens are the whole of any text, without gaps', async () => {
  const piece = fc.constantFrom("'", '"', '`', '\\', '--', '/*', '*/', '\n', ':', 'a', '1', ' ', 'é', '🙂')
  fc.assert(
    fc.property(fc.array(piece), fc.constantFrom('trino' as const, 'hive' as const), (pieces, engine) => {
      const sql = pieces.join('')
      let at = 0
      for (const { start, end } of tokensOf(sql, engine)) {
        if (start !== at || end <= start) return false
        at = end
      }
      return at === sql.length
    }),
  )
})
