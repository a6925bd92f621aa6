import t from 'tap'
import type { Plan } from '../../src/model/plan.js'
import { parseSchema } from '../../src/schema/schema-parser.js'
import {
  cast,
  exclude,
  identityPlan,
  limit,
  type PlanEdit,
  rename,
  select,
} from '../../src/transforms/columns.js'

const schema = parseSchema('[["a","bigint"],["b","varchar"],["c","double"],["b","date"]]')
const apply = (...edits: PlanEdit[]): Plan =>
  edits.reduce((plan, edit) => edit.apply(plan), identityPlan(schema))
const shown = (plan: Plan) => plan.columns.map((column) => `${column.source}:${column.name}`).join(' ')

t.test('select keeps the named columns in the order named, duplicates included', async (t) => {
  t.equal(shown(apply(select(['c', 'a']))), '2:c 0:a')
  t.equal(shown(apply(select(['b']))), '1:b 3:b')
  t.equal(shown(apply(select(['a', 'a']))), '0:a 0:a')
})

t.test('exclude drops the named columns, but not all', async (t) => {
  t.equal(shown(apply(exclude(['b']))), '0:a 2:c')
  t.throws(() => apply(exclude(['a', 'b', 'c'])), { code: 'E_USAGE' })
})

t.test('rename and cast change the plan in order', async (t) => {
  t.equal(shown(apply(rename({ a: 'x' }), select(['x', 'c']))), '0:x 2:c')
  const plan = apply(cast({ a: 'double' }))
  t.match(plan.columns[0], { cast: 'double', type: { kind: 'double' } })
  t.equal(plan.columns[2]!.cast, undefined)
  const decimal = apply(cast({ a: 'decimal(38,38)' })).columns[0]!
  t.match(decimal, { cast: 'decimal(38,38)', type: { kind: 'decimal', precision: 38, scale: 38 } })
  const timestamp = apply(cast({ a: 'timestamp' })).columns[0]!
  t.match(timestamp.type, { kind: 'timestamp', withTimeZone: false })
})

t.test('two renames can swap names', async (t) => {
  t.equal(shown(apply(rename({ a: 'c', c: 'a' }))), '0:c 1:b 2:a 3:b')
})

t.test('the smaller limit holds', async (t) => {
  t.equal(apply(limit(10), limit(5)).limit, 5)
  t.equal(apply(limit(5), limit(10)).limit, 5)
  for (const wrong of [-1, 1.5, Number.NaN]) t.throws(() => limit(wrong), { code: 'E_USAGE' })
})

t.test('a column that is not there is an error that names those that are', async (t) => {
  for (const edit of [select(['x']), exclude(['x']), rename({ x: 'y' }), cast({ x: 'double' })]) {
    t.throws(() => apply(edit), { code: 'E_USAGE', message: /no column "x"/, hint: /a, b, c/ })
  }
  t.throws(() => select([]), { code: 'E_USAGE' })
  const wrong = [
    'money',
    'decimal',
    'decimal(39,2)',
    'decimal(0,0)',
    'decimal(5,6)',
    'decimal(5)',
    'DATE',
    'time(3)',
  ]
  for (const target of wrong) {
    t.throws(() => cast({ a: target as 'double' }), { code: 'E_USAGE', message: `cannot cast to ${target}` })
  }
})
