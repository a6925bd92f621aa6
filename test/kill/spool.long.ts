/** Kills of spooled downloads: `npm run test:long kill`. Needs a build. SPOOL_KILLS sets their number, 80 by default. */
import t from 'tap'
import { figures } from '../support/figures/figures.js'
import { killSpooled } from '../support/kill/spool.js'
import { seeded } from '../support/random/seed.js'

const KILLS = Math.ceil(Number(process.env.SPOOL_KILLS ?? 80) / 2)
const MIB = 1024 * 1024

/**
 * What may come twice: what was fetched since the last record and while that is synced, and what was on its way; of parts the
 * whole window.
 */
for (const [connections, most] of [
  [1, 12 * MIB],
  [6, 24 * MIB],
] as const) {
  t.test(`F5: ${KILLS} kills of spooled downloads over ${connections} connections`, async (t) => {
    const { wrong, worstBytes } = await killSpooled(t, KILLS, connections, seeded(t))
    t.equal(wrong, 0)
    t.ok(worstBytes <= most, `${worstBytes} bytes were sent twice`)
    const what = `spooled downloads killed at a random moment, connections: ${connections}`
    const result = `${wrong} wrong files; at most ${(worstBytes / 1e6).toFixed(1)} MB were sent twice`
    figures(t, what, String(KILLS), result, 'spool.long')
  })
}
