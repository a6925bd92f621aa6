/** The quick form of `run.long.ts`. */
import t from 'tap'
import { killRuns } from '../support/kill/run.js'
import { seeded } from '../support/random/seed.js'

t.setTimeout(600_000)

t.test(
  'E13: a run that was killed and started again has one job for each export, and every output',
  async (t) => {
    const { kills, damaged } = await killRuns(t, 5, seeded(t))
    t.ok(kills >= 5)
    t.equal(damaged, 0)
  },
)
