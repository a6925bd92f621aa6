/**
 * Kills of runs of a manifest with a watermark: `npm run test:long kill`. Needs a build. A twentieth of KILLS, 2,000 by default,
 * falls to them. MINUTES is the most that they take.
 */
import t from 'tap'
import { deadlineOf, figures } from '../support/figures/figures.js'
import { killWindows } from '../support/kill/watermark.js'
import { seeded } from '../support/random/seed.js'

const KILLS = Math.ceil(Number(process.env.KILLS ?? 2000) / 20)

t.test(`E33: ${KILLS} kills of a run with a watermark at random moments`, async (t) => {
  const { kills, rounds, rows, wrong } = await killWindows(t, KILLS, seeded(t), deadlineOf(20))
  t.equal(wrong, 0)
  const what = 'runs that export a growing table by a watermark killed at a random moment'
  figures(t, what, String(kills), `${rows} rows of ${rounds} hours, each exported once`, 'watermark.long')
})
