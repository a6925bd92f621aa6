import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { planRun } from '../../src/manifest/plan.js'
import { CONVERSIONS } from '../../src/manifest/time-text.js'
import { accountFor } from '../support/manifest/account.js'

const page = readFileSync(new URL('../../docs/guides/run.md', import.meta.url), 'utf8')

t.test('the page names each conversion of a time', async (t) => {
  for (const conversion of CONVERSIONS) t.ok(page.includes(`%${conversion}`), conversion)
})

t.test('the manifest of the page is valid', async (t) => {
  const [, source] = /```yaml\n(.*?)```/s.exec(page)!
  const dir = t.testdir({ 'exports.yaml': source!, 'nasdaq.sql': 'select 1' })
  const plan = await planRun({
    file: 'exports.yaml',
    cwd: dir,
    env: {},
    accountFor,
    scheduledTime: '2026-01-31',
  })
  t.same(
    plan.exports.map(({ writing }) => writing.path),
    [join(dir, 'out/2026-01-30/requests.csv.gz'), join(dir, 'out/nasdaq/2026/01/30.parquet')],
  )
})
