/** Kills of spooled downloads: `npm run test:long kill`. Needs a build. SPOOL_KILLS sets their number, 80 by default. */
import t from 'tap'
import { figures } from '../support/figures/figures.js'
import { killSpooled } from '../support/kill/spool.js'
import { seeded } from '../support/random/seed.js'

const KILLS = Math.ceil(Number(process.env.SPOOL_KILLS ?? 80) / 2)
const MIB = 1024 * 1024

/** A record is due after 4 MiB; the piece that makes it due may be up to a MiB. */
const MOST = 5 * MIB

for (const connections of [1, 6]) {
  t.test(`F5: ${KILLS} kills of spooled downloads over ${connections} connections`, async (t) => {
    const { wrong, mostLost, mostSentTwice } = await killSpooled(t, KILLS, connections, seeded(t))
    t.equal(wrong, 0)
    t.ok(mostLost <= MOST, `${mostLost} bytes were saved in vain`)
    const what = `spooled downloads killed at a random moment, connections: ${connections}`
    const result = `${wrong} wrong files; at most ${(mostSentTwice / 1e6).toFixed(1)} MB were sent twice`
    figures(t, what, String(KILLS), result, 'spool.long')
  })
}
