/** A few kills of small backfills; the long form is `npm run test:long kill`. */
import t from 'tap'
import { killBackfills } from '../support/kill/backfill.js'
import { seeded } from '../support/random/seed.js'

t.setTimeout(600_000)

t.test('E27: a backfill killed at random moments makes each output once, with one job each', async (t) => {
  const { kills, outputs, jobs, rounds } = await killBackfills(t, { days: 5, kills: 4, each: 4 }, seeded(t))
  t.equal(kills, 4)
  t.equal(outputs, 20 * rounds)
  t.equal(jobs, outputs)
})
