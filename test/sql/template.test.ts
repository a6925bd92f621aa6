import t from 'tap'
import { query } from '../../src/sources/query.js'
import { sql, sqlText } from '../../src/sql/template.js'

t.test('the tag fills in values as the engine wants them', async (t) => {
  const one = sql`select * from t where code in (${[200, 404]}) and who = ${"O'Brien\\"} and at < ${new Date(0)}`
  t.equal(
    one.text(),
    "select * from t where code in (200, 404) and who = 'O''Brien\\' and at < TIMESTAMP '1970-01-01 00:00:00.000 UTC'",
  )
  t.equal(
    one.text('hive'),
    "select * from t where code in (200, 404) and who = 'O\\u0027Brien\\u005c' and at < CAST('1970-01-01 00:00:00.000' AS TIMESTAMP)",
  )
  t.equal(
    sql`select ${null}, ${true}, ${5n}, ${Buffer.from('é')}`.text(),
    "select NULL, TRUE, 5, from_hex('C3A9')",
  )
  t.equal(sql`select ${sql.identifier('a"')} from ${sql.unsafe('x.y')}`.text(), 'select "a""" from x.y')
  t.equal(sql`select ${'a'}${'b'}c`.text(), "select 'a' 'b' c", 'two texts stay two')
})

t.test('queries with values are parts of others', async (t) => {
  const where = sql`where a = ${1} and b = ${'x'}`
  const both = sql`select ${0} from t ${where} or ${sql`c = ${2}`}`
  t.equal(both.text(), "select 0 from t where a = 1 and b = 'x' or c = 2")
})

t.test('a value within quotes, and what is no value, is refused before any request', async (t) => {
  const refused = [
    [() => sql`select '${'a'}'`.text(), /value 1 of the query stands inside of a text/],
    [() => sql`select ${1}, "${'a'}"`.text(), /value 2 of the query stands inside of a name/],
    [() => sql`select 1 -- ${'a'}`.text(), /inside of a comment/],
    [() => sql`select ${undefined as never}`.text(), /value 1 of the query: undefined/],
    [() => sql`select ${2 ** 60}`.text(), /beyond 2\^53/],
    [() => sql`select '\0' ${1}`, /NUL/],
    [() => (sql as unknown as (text: string) => unknown)('select 1'), /sql is a tag/],
    [() => sql`select 1`.text('mysql' as never), /the engine must be/],
    [() => sqlText(sql`select ${1}`, { a: 1 }), /has its values already/],
    [() => query(sql`select ${{} as never}`, { database: 'd' }), /Object is no value/],
    [() => query('select :a', { database: 'd', params: { b: 1 } }), /the query has :a/],
    [() => query({} as never, { database: 'd' }), /the SQL must be a text/],
  ] as const
  for (const [act, message] of refused) t.throws(act, { code: 'E_USAGE', message })
})
