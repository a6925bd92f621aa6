import t from 'tap'
import { engineProgress } from '../../src/client/engine-progress.js'
import { growsEvenly } from '../support/process/growth.js'

const QUERY = "select count(1) from www_access where path like '%50%' -- 99% sure"
const HEAD = `started at 2026-01-31T05:41:55Z\nexecuting query: ${QUERY}\nQuery plan:\n- Stage-0\n    Output => [_col0:bigint]\n`

const found = (output: string | null, query: string | null = QUERY) =>
  engineProgress({ query, debug: { cmdout: output, stderr: null } })

t.test('without a report there is no progress', async (t) => {
  t.equal(engineProgress({ query: QUERY, debug: null }), undefined)
  for (const output of [null, '', HEAD, 'anything at 50%']) t.equal(found(output), undefined)
})

t.test('the newest report counts', async (t) => {
  const output = `${HEAD}2026-01-31 05:41:57: 12% done\n    0 of 4 stages\n2026-01-31 05:42:01: 47.5 % done\n    3/4 stages\n`
  t.same(found(output), { percent: 47.5, stages: { done: 3, total: 4 } })
})

t.test('stages are counted by their lines', async (t) => {
  const table = [
    '2026-01-31 05:42:01 [===>    ] 61%',
    '     STAGE  ROWS  ROWS/s  BYTES  BYTES/s  QUEUED   RUN   DONE',
    '  0.........R     0       0     0B       0B       0     1      0',
    '    1.......R   10K     500   1MB    100kB        2     8     30',
    '      2.....F  1.2M     80K  40MB      4MB        0     0     70',
  ]
  t.same(found(HEAD + table.join('\n')), { percent: 61, stages: { done: 1, total: 3 } })
  const named = ['2026-01-31T05:42:01Z', '  Stage-0: RUNNING', '  Stage-1: FINISHED', '  Stage-2: FINISHED']
  t.same(found(HEAD + named.join('\n')), { percent: undefined, stages: { done: 2, total: 3 } })
})

t.test('splits tell the percent where it is not stated', async (t) => {
  t.equal(found(`${HEAD}2026-01-31 05:42:01 running\r\n  1,024 / 2,000 splits`)?.percent, 51)
  t.equal(found(`${HEAD}2026-01-31 05:42:01 splits: 5 of 20`)?.percent, 25)
})

t.test('what cannot be true is left out', async (t) => {
  for (const line of ['150%', '7 / 0 splits', '9/4 stages', '1234567%']) {
    t.equal(found(`${HEAD}2026-01-31 05:42:01 ${line}`), undefined, line)
  }
})

t.test('a query that looks like a report is not taken for one', async (t) => {
  const query = "select '\n2026-01-31 05:42:01: 99%\n'"
  t.equal(found(`started at …\nexecuting query: ${query}\n`, query), undefined)
})

t.test('the time for an output grows no faster than its length', async (t) => {
  const part = `2026-01-31 05:42:01: ${'1 '.repeat(50)}\n${'    1'.repeat(20)}\n`
  await growsEvenly(t, part, 500, (text) => found(HEAD + text))
})
