/** The quick form of `spool.long.ts`. */
import t from 'tap'
import { killSpooled } from '../support/kill/spool.js'
import { seeded } from '../support/random/seed.js'

t.setTimeout(600_000)

const MIB = 1024 * 1024

/** A record is due after 4 MiB; the piece that makes it due may be up to a MiB. */
const MOST = 5 * MIB

t.test('F5: a spooled download that was killed goes on in the next run', async (t) => {
  const { wrong, mostLost } = await killSpooled(t, 3, 1, seeded(t))
  t.equal(wrong, 0)
  t.ok(mostLost <= MOST, `${mostLost} bytes were saved in vain`)
})
