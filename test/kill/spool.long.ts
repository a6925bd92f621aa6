/** Kills of spooled downloads: `npm run test:long kill`. Needs a build. KILLS sets their number, 200 by default. */
import t from 'tap'
import { killSpooled } from '../support/kill/spool.js'
import { seeded } from '../support/random/seed.js'

const KILLS = Math.ceil(Number(process.env.KILLS ?? 200) / 4)
const MIB = 1024 * 1024

/** What may come twice: what was fetched since the last record and what was on its way, of parts the whole window. */
for (const [connections, most] of [
  [1, 8 * MIB],
  [6, 24 * MIB],
] as const) {
  t.test(`F5: ${KILLS} kills of spooled downloads over ${connections} connections`, async (t) => {
    const { wrong, worstBytes } = await killSpooled(t, KILLS, connections, seeded(t))
    t.equal(wrong, 0)
    t.ok(worstBytes <= most, `${worstBytes} bytes were sent twice`)
  })
}
