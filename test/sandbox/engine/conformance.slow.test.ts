import t, { type Test } from 'tap'
import { RULES } from '../../../src/sandbox/engine/functions/index.js'
import { askedEngine } from '../../support/conformance/asked.js'
import { type Conformance, Failure } from '../../support/conformance/case.js'
import { CHARACTERS } from '../../support/conformance/characters.js'
import { COLLECTIONS } from '../../support/conformance/collections.js'
import { CONVERSIONS } from '../../support/conformance/conversions.js'
import { DERIVED_TABLES } from '../../support/conformance/derived-tables.js'
import { HIVE } from '../../support/conformance/hive.js'
import { HIVE_FUNCTIONS } from '../../support/conformance/hive-functions.js'
import { QUERIES } from '../../support/conformance/queries.js'
import { TD } from '../../support/conformance/td.js'
import { TEXTS } from '../../support/conformance/texts.js'
import { TIMES } from '../../support/conformance/times.js'
import { WORKED_EXPRESSIONS } from '../../support/conformance/worked-expressions.js'
import { WORKED_QUERIES } from '../../support/conformance/worked-queries.js'

t.setTimeout(900_000)

const EXPRESSIONS = [
  ...TEXTS,
  ...CONVERSIONS,
  ...TIMES,
  ...COLLECTIONS,
  ...CHARACTERS,
  ...TD,
  ...WORKED_EXPRESSIONS,
]
const STATEMENTS = [...QUERIES, ...WORKED_QUERIES, ...DERIVED_TABLES]

async function check(
  t: Pick<Test, 'pass' | 'fail' | 'strictSame'>,
  cases: Conformance['cases'],
  ask: (sql: string) => Promise<unknown>,
) {
  for (const [sql, expected] of cases) {
    const found = await ask(sql)
    if (expected instanceof Failure) {
      const text = found instanceof Failure ? found.text : `runs: ${JSON.stringify(found)}`
      if (found instanceof Failure && text.includes(expected.text)) t.pass(sql)
      else t.fail(`${sql}: ${text}`)
    } else if (found instanceof Failure) t.fail(`${sql}: ${found.text}`)
    else t.strictSame(found, expected, sql)
  }
}

t.test('expressions of Trino answer as its documentation says', async (t) => {
  const asked = await askedEngine(t.testdir({}))
  t.teardown(asked.close)
  for (const { page, cases } of EXPRESSIONS) {
    await t.test(`of ${page}`, (t) =>
      check(t, cases, async (sql) => {
        const found = await asked.answer(`SELECT ${sql}`)
        return found instanceof Failure ? found : (found as unknown[])[0]
      }),
    )
  }
})

t.test('statements of Trino answer as its documentation says', async (t) => {
  const asked = await askedEngine(t.testdir({}))
  t.teardown(asked.close)
  for (const { cases } of STATEMENTS) await check(t, cases, (sql) => asked.answer(sql))
})

t.test('Hive answers as its manual says, or refuses by name', async (t) => {
  const asked = await askedEngine(t.testdir({}))
  t.teardown(asked.close)
  for (const { cases } of [...HIVE, ...HIVE_FUNCTIONS])
    await check(t, cases, (sql) => asked.answer(sql, 'hive'))
})

t.test('each function of the table has a case', async (t) => {
  const text = [...EXPRESSIONS, ...STATEMENTS]
    .flatMap(({ cases }) => cases.map(([sql]) => sql.toLowerCase()))
    .join('\n')
  const missing = new Set(
    RULES.map(({ name }) => name).filter((name) => !new RegExp(`\\b${name}\\b`).test(text)),
  )
  t.strictSame([...missing], [])
  const trino = [...EXPRESSIONS, ...STATEMENTS].reduce((sum, { cases }) => sum + cases.length, 0)
  t.ok(trino >= 300, `${trino} constructs`)
})

/** Idioms of Treasure Data's own pages. */
const NESTED = [
  `SELECT count(*) FROM www_access WHERE TD_TIME_RANGE(time, TD_TIME_ADD(TD_SCHEDULED_TIME(), '-7d'), TD_SCHEDULED_TIME())`,
  `SELECT count(*) FROM www_access WHERE TD_TIME_RANGE(time, TD_TIME_FORMAT(TD_SCHEDULED_TIME(), 'yyyy-MM-dd', 'JST'), NULL, 'JST')`,
  `SELECT TD_TIME_FORMAT(TD_TIME_ADD(TD_DATE_TRUNC('month', TD_TIME_ADD(TD_SCHEDULED_TIME(), '-1d', 'JST'), 'JST'), '-1d', 'JST'), 'yyyy-MM-dd', 'JST')`,
  `SELECT count(*) FROM www_access WHERE TD_TIME_RANGE(time, TD_TIME_ADD(TD_DATE_TRUNC('day', TD_SCHEDULED_TIME(), 'JST'), '-60d', 'JST'), TD_DATE_TRUNC('day', TD_SCHEDULED_TIME(), 'JST'), 'JST')`,
]

/** Milliseconds of the processor; the least of five, so that a busy machine makes no difference. */
const MOST_MS = 100

t.test('idioms of nested time functions are planned within 100 ms of the processor', async (t) => {
  const asked = await askedEngine(t.testdir({}))
  t.teardown(asked.close)
  const least = async (sql: string) => {
    const times: number[] = []
    for (let i = 0; i < 5; i++) times.push(await asked.planned(sql))
    return Math.min(...times)
  }
  const plain = await least('SELECT count(*) FROM www_access WHERE time > 1')
  for (const sql of NESTED) {
    const nested = await least(sql)
    t.ok(nested < MOST_MS, `${nested.toFixed(1)} ms, of a plain query ${plain.toFixed(1)} ms: ${sql}`)
  }
  // Four times the levels may take their square, 16 times as much; twice as much for each level would be 4096 times.
  const deep = (levels: number) =>
    `SELECT ${"TD_TIME_ADD(TD_DATE_TRUNC('day', ".repeat(levels)}1412121600${`, 'JST'), '-1d')`.repeat(levels)}`
  const mixed = (levels: number) =>
    `SELECT ${'abs(mod(1 + '.repeat(levels)}7${', 1 + 5) / (2 + 1))'.repeat(levels)}`
  for (const of of [deep, mixed]) {
    const [few, many] = [await least(of(4)), await least(of(16))]
    t.ok(many < few * 40 + 50, `${few.toFixed(1)} ms for 4 levels, ${many.toFixed(1)} ms for 16`)
  }
})
