/**
 * Kills of whole runs of a manifest: `npm run test:long kill`. Needs a build. RUN_KILLS sets their number, 50 by
 * default.
 */
import t from 'tap'
import { killRuns } from '../support/kill/run.js'
import { seeded } from '../support/random/seed.js'

const KILLS = Number(process.env.RUN_KILLS ?? 50)

t.test(`E13: ${KILLS} kills of a run at random moments`, async (t) => {
  t.match(await killRuns(t, KILLS, seeded(t)), { kills: KILLS, damaged: 0 })
})
