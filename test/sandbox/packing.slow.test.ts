import fc from 'fast-check'
import t from 'tap'
import { sandboxFor } from '../support/sandbox/jobs.js'

/** Lengths around the 12 bytes DuckDB keeps in place, and the 32 and 256 where msgpack changes its form. */
const text = fc.option(
  fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.integer({ min: 0, max: 300 }).map((length) => 'x'.repeat(length)),
    fc.constantFrom('', 'a'.repeat(12), 'b'.repeat(13), 'é'.repeat(6), 'é'.repeat(7)),
  ),
)

const clean = (value: string | null) => value?.replaceAll('\0', '') ?? null
const literal = (value: string | null) => (value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`)

t.test('texts come out as they went in, from literals, tables, sorts and lists', async (t) => {
  const { run, issue, finished } = await sandboxFor(t)
  let count = 0
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 60 }), async (pairs) => {
      const rows = pairs.map(([a, b], at) => [at, clean(a), clean(b)] as const)
      const values = rows.map(([at, a, b]) => `(${at}, ${literal(a)}, ${literal(b)})`).join(', ')
      const plain = await run(`SELECT * FROM (VALUES ${values}) v(i, a, b)`)
      t.strictSame(plain.rows, rows)

      count += 1
      await finished(
        await issue(
          `CREATE TABLE t${count} AS SELECT i, CAST(a AS varchar) AS a, CAST(b AS varchar) AS b FROM (VALUES ${values}) v(i, a, b)`,
        ),
      )
      t.strictSame((await run(`SELECT * FROM t${count} ORDER BY i DESC`)).rows, [...rows].reverse())
      const lists = await run(
        `SELECT array_agg(ARRAY[a, b] ORDER BY i), MAP(array_agg(i ORDER BY i), array_agg(ROW(b) ORDER BY i)) FROM t${count}`,
      )
      const maps = Object.fromEntries(rows.map(([at, , b]) => [at, [b]]))
      t.strictSame(lists.rows, [[rows.map(([, a, b]) => [a, b]), maps]])
    }),
    { numRuns: 15 },
  )
})

t.test('integers of every size come out as they went in', async (t) => {
  const { run } = await sandboxFor(t)
  const near = fc.tuple(fc.integer({ min: 0, max: 63 }), fc.bigInt({ min: -2n, max: 2n }), fc.boolean())
  const integer = near
    .map(([bits, off, negative]) => (negative ? -1n : 1n) * (1n << BigInt(bits)) + off)
    .filter((value) => value >= -(2n ** 63n) && value < 2n ** 63n)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(integer), { minLength: 1, maxLength: 100 }), async (values) => {
      const list = values
        .map((value) => (value === null ? '(NULL)' : `(CAST('${value}' AS bigint))`))
        .join(', ')
      const { rows } = await run(`SELECT CAST(v AS bigint), ARRAY[v][1] FROM (VALUES ${list}) t(v)`)
      const numbers = (rows as unknown[][]).map((row) =>
        row.map((value) => (value === null ? null : BigInt(value as number))),
      )
      t.strictSame(
        numbers,
        values.map((value) => [value, value]),
      )
    }),
    { numRuns: 15 },
  )
})
