/**
 * Kills of whole runs of a manifest: `npm run test:long kill`. Needs a build. A fifth of KILLS, 2,000 by default, falls to
 * them. MINUTES is the most that they take.
 */
import t from 'tap'
import { deadlineOf, figures } from '../support/figures/figures.js'
import { killRuns } from '../support/kill/run.js'
import { seeded } from '../support/random/seed.js'

const KILLS = Math.ceil(Number(process.env.KILLS ?? 2000) / 5)

t.test(`E13: ${KILLS} kills of a run at random moments`, async (t) => {
  const { kills, rounds, jobs, damaged } = await killRuns(t, KILLS, seeded(t), deadlineOf(20))
  t.equal(damaged, 0)
  const what =
    'runs of a manifest of three exports killed at a random moment, one of them with a spool, one in partitions'
  const result = `${jobs} jobs for ${rounds} scheduled times, every output complete, nothing left behind`
  figures(t, what, String(kills), result, 'run.long')
})
