/** The quick form of `spool.long.ts`. */
import t from 'tap'
import { killSpooled } from '../support/kill/spool.js'
import { seeded } from '../support/random/seed.js'

t.setTimeout(600_000)

const MIB = 1024 * 1024

/** What may come twice: 4 MiB since the last record, 4 more while that is synced, and what sockets of loopback hold. */
const MOST = 12 * MIB

t.test('F5: a spooled download that was killed goes on in the next run', async (t) => {
  const { wrong, worstBytes } = await killSpooled(t, 3, 1, seeded(t))
  t.equal(wrong, 0)
  t.ok(worstBytes <= MOST, `${worstBytes} bytes were sent twice`)
})
