/**
 * Kills of backfills of 31 days and four exports: `npm run test:long kill`. Needs a build. A fortieth of KILLS, 2,000 by default,
 * falls to them, and MINUTES is the most that they take.
 */
import t from 'tap'
import { deadlineOf, figures } from '../support/figures/figures.js'
import { killBackfills } from '../support/kill/backfill.js'
import { seeded } from '../support/random/seed.js'

const KILLS = Math.ceil(Number(process.env.KILLS ?? 2000) / 40)

t.test(`E27: ${KILLS} kills of backfills at random moments`, async (t) => {
  const found = await killBackfills(t, { days: 31, kills: KILLS, each: 50 }, seeded(t), deadlineOf(20))
  const { kills, rounds, jobs, outputs } = found
  t.equal(jobs, outputs)
  const what = 'backfills of 31 days and four exports killed at a random moment, and started again'
  const result = `${outputs} outputs, ${jobs} jobs in ${rounds} backfills, nothing left behind`
  figures(t, what, String(kills), result, 'backfill.long')
})
