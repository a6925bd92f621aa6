import t from 'tap'
import { runInProcess } from '../support/cli/context.js'
import { sandboxFor } from '../support/sandbox/jobs.js'

t.test('times of Hive have no zone in their texts, as in their type', async (t) => {
  const { run } = await sandboxFor(t)
  for (const [expression, expected] of [
    [`CAST('2026-01-31 12:00:00' AS timestamp)`, '2026-01-31 12:00:00.000'],
    [`TIMESTAMP '2026-01-31 12:00:00'`, '2026-01-31 12:00:00.000'],
  ] as const) {
    const { schema, rows } = await run(`SELECT ${expression} AS t, 1 AS n`, {}, 'hive')
    t.strictSame([schema[0], rows], [['t', 'timestamp'], [[expected, 1]]], expression)
  }
  const { schema, rows } = await run(`SELECT from_iso8601_timestamp('2026-01-31T12:00:00Z') AS t`)
  t.strictSame([schema, rows], [[['t', 'timestamp(3) with time zone']], [['2026-01-31 12:00:00.000 UTC']]])
})

t.test('they are written as Parquet', async (t) => {
  const { sandbox } = await sandboxFor(t)
  const cwd = t.testdir()
  const sql = `SELECT CAST('2026-01-31 12:00:00' AS timestamp) AS t`
  const { exit, stderr } = await runInProcess(
    ['query', '-d', 'sample_datasets', '-T', 'hive', sql, '-o', 'x.parquet'],
    { env: { TD_API_SERVER: sandbox.url, TD_API_KEY: 'k' }, cwd },
  )
  t.equal(exit, 0, stderr)
})
