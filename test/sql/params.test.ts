import fc from 'fast-check'
import t from 'tap'
import type { SluiceError } from '../../src/errors.js'
import { fillParams, type SqlParams } from '../../src/sql/params.js'
import { tokensOf } from '../../src/sql/tokens.js'

const fill = (sql: string, params: SqlParams, engine: 'trino' | 'hive' = 'trino') =>
  fillParams(sql, params, engine)

/** The message and hint of the refusal. */
function refusal(sql: string, params: SqlParams, engine?: 'hive'): string {
  try {
    return `filled in: ${fill(sql, params, engine)}`
  } catch (error) {
    const { code, message, hint } = error as SluiceError
    return `${code} ${message}; ${hint}`
  }
}

t.test('a parameter stands where the query names it, and may do so twice', async (t) => {
  const params = { code: 200, who: "O'Brien" }
  t.equal(
    fill('select * from t where code>=:code and who = :who or code=(:code)', params),
    "select * from t where code>=200 and who = 'O''Brien' or code=(200)",
  )
  t.equal(fill('select :a::bigint, :b', { a: '1', b: null }), "select '1'::bigint, NULL")
  t.equal(fill('select -:n, :n-1, a/:n', { n: -5 }), 'select -(-5), (-5)-1, a/(-5)')
  t.equal(fill('select :été, :__proto__', JSON.parse('{"été": 1, "__proto__": 2}')), 'select 1, 2')
  t.equal(fill('select :a from :b.:c', { a: 1, b: 'x', c: 'y' }), "select 1 from 'x' . 'y'")
})

t.test('quotes, comments, casts, names, times and JSON keys hold no parameter', async (t) => {
  const kept = [
    "':a'",
    '":a"',
    '`:a`',
    '-- :a\n',
    '/* :a */',
    'x::a',
    'x:: a',
    '12:30',
    "'12:30:a'",
    'b:a',
    'x[1:a]',
    "json_object('k' :a)",
    'json_object("k":a)',
    "json_object('k' : a)",
    'struct<b:a>',
    'f(x):a',
    'x[1] :a',
    'é:a',
    ': a',
    ':1a',
  ]
  for (const sql of kept) {
    t.equal(fill(`select :a, ${sql}`, { a: 7 }), `select 7, ${sql}`, sql)
    t.equal(fill(`select :a, ${sql}`, {}), `select :a, ${sql}`, 'nothing is looked for without parameters')
  }
  t.equal(fill(`select ':a\\' :a', "\\" :a", :a`, { a: 7 }, 'hive'), `select ':a\\' :a', "\\" :a", 7`)
})

t.test('a list brings brackets where there are none', async (t) => {
  const params = { l: [1, 2] }
  t.equal(
    fill('a in (:l) or a in :l or a in ( 0, :l )', params),
    'a in (1, 2) or a in (1, 2) or a in ( 0, 1, 2 )',
  )
  t.equal(fill('array[:l]', { l: [1, null] }), 'array[1, NULL]')
  t.match(refusal('a in (:l)', { l: [] }), /E_USAGE the parameter l: the list is empty/)
  t.match(refusal('a in (:l)', { l: [1, null] }), /holds null/)
})

t.test('unused, unknown and unfit parameters are usage errors', async (t) => {
  t.match(refusal('select 1', { a: 1 }), /E_USAGE the query does not use the parameter a; write :a/)
  t.match(refusal("select ':a'", { a: 1 }), /does not use the parameter a; within quotes/)
  t.match(refusal('select :ab', { a: 1 }), /E_USAGE the query has :ab, and no parameter.*did you mean a\?/)
  t.match(refusal('select :toString, :a', { a: 1 }), /the query has :toString/)
  t.match(refusal('select :a', { a: 'x\0' }), /E_USAGE the parameter a: a NUL/)
  t.match(refusal('select :a', { a: undefined as never }), /the parameter a: undefined/)
  t.match(refusal('select :a', { 'a b': 1 }), /"a b" is no name of a parameter/)
  t.match(refusal('select :a', [] as never), /the parameters must be an object/)
})

t.test('a value neither ends nor begins anything in its query', async (t) => {
  const piece = fc.constantFrom(
    "'",
    '"',
    '--',
    '/*',
    '*/',
    '\n',
    ' ',
    'a',
    '=',
    ':v',
    '(',
    ')',
    '1',
    '-',
    '\\',
    '`',
  )
  const value = fc
    .array(fc.constantFrom("'", '"', '--', '/*', '*/', '\n', ':v', 'b', '\\', ';', "''", '`'))
    .map((all) => all.join(''))
  const words = (sql: string, engine: 'trino' | 'hive') =>
    [...tokensOf(sql, engine)].flatMap(({ kind, start, end }) =>
      kind === 'space' ? [] : [`${kind} ${sql.slice(start, end)}`],
    )
  let filled = 0
  fc.assert(
    fc.property(fc.array(piece), value, fc.constantFrom('trino', 'hive'), (pieces, hostile, engine) => {
      const sql = pieces.join('')
      const before = refusal(sql, { v: 1 }, engine === 'hive' ? 'hive' : undefined)
      fc.pre(before.startsWith('filled in'))
      filled++
      const [plain, other] = ['x', hostile].map((v) => words(fill(sql, { v }, engine), engine))
      const literals = words(fill('(:v)', { v: hostile }, engine), engine).slice(1, -1)
      // In place of each plain literal there is the hostile one, and nothing else differs.
      return (
        plain!.flatMap((word) => (word === "text 'x'" ? literals : [word])).join('\n') === other!.join('\n')
      )
    }),
  )
  t.ok(filled > 20)
})
