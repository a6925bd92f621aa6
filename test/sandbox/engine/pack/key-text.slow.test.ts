import t from 'tap'
import { runInProcess } from '../../../support/cli/context.js'
import { sandboxFor } from '../../../support/sandbox/jobs.js'

t.test('keys of maps travel as texts, spelled as Trino’s JSON has them', async (t) => {
  const { value } = await sandboxFor(t)
  for (const [key, expected] of [
    [`'a'`, 'a'],
    ['1', '1'],
    ['-9223372036854775807', '-9223372036854775807'],
    ['true', 'true'],
    [`DATE '2026-01-31'`, '2026-01-31'],
    ['CAST(1 AS DOUBLE)', '1.0'],
    ['CAST(1.5 AS DOUBLE)', '1.5'],
    ['CAST(1e7 AS DOUBLE)', '1.0E7'],
    ['CAST(-1.25e-7 AS DOUBLE)', '-1.25E-7'],
    ['CAST(0.001 AS DOUBLE)', '0.001'],
    ['CAST(1.1 AS REAL)', '1.1'],
    ['CAST(1.2e10 AS REAL)', '1.2E10'],
  ] as const) {
    t.strictSame(await value(`MAP(ARRAY[${key}], ARRAY['v'])`), { [expected]: 'v' }, key)
  }
})

t.test('a file of maps whose keys are numbers is written in every format', async (t) => {
  const { sandbox } = await sandboxFor(t)
  const cwd = t.testdir()
  const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: 'k' }
  const sql = `SELECT MAP(ARRAY[1, 2], ARRAY['a', 'b']) AS m`
  for (const format of ['parquet', 'csv', 'ndjson']) {
    const { exit, stderr } = await runInProcess(
      ['query', '-d', 'sample_datasets', sql, '-o', `m.${format}`],
      { env, cwd },
    )
    t.equal(exit, 0, stderr)
  }
})
