import fc from 'fast-check'
import t from 'tap'
import { highlightSql } from '../../src/cli/terminal/highlight-sql.js'
import { styleFor } from '../../src/cli/terminal/style.js'
import { growsEvenly } from '../support/process/growth.js'

const colors = styleFor(false, {}, 'always')
const marks = { ...colors, dim: mark('c'), green: mark('t'), yellow: mark('n'), cyan: mark('k') }

function mark(kind: string) {
  return (text: string) => `<${kind}>${text}</${kind}>`
}

const marked = (sql: string) => highlightSql(sql, marks).join('\n')

t.test('keywords, texts, numbers and comments are told apart', async (t) => {
  t.equal(
    marked(`SELECT "from", 'it''s 5', 1.5e3, x1 FROM t -- where 1`),
    `<k>SELECT</k> "from", <t>'it''s 5'</t>, <n>1.5e3</n>, x1 <k>FROM</k> t <c>-- where 1</c>`,
  )
  t.equal(
    marked('select `select` /* and\n1 */ or'),
    '<k>select</k> `select` <c>/* and</c>\n<c>1 */</c> <k>or</k>',
  )
})

t.test('what is not closed ends with the query', async (t) => {
  t.equal(marked("where a = 'x"), "<k>where</k> a = <t>'x</t>")
  t.equal(marked('/* a'), '<c>/* a</c>')
  t.same(highlightSql('', marks), [])
})

t.test('no character of any query is lost', async () => {
  await fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...`se'"-/*\n\`1.e _日`) }), (sql) => {
      return highlightSql(sql, styleFor(false, {}, 'never')).join('\n') === sql
    }),
  )
})

t.test('the time for a hostile query grows no faster than its length', async (t) => {
  for (const part of ["'", '"', '/*', '1e', '--', 'a1'])
    await growsEvenly(t, part, 25_000, (text) => highlightSql(text, marks))
})
