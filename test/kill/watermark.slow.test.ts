/** The quick form of `watermark.long.ts`. */
import t from 'tap'
import { killWindows } from '../support/kill/watermark.js'
import { seeded } from '../support/random/seed.js'

t.setTimeout(600_000)

t.test(
  'E33: rows of a growing table are exported once, though runs with a watermark are killed',
  async (t) => {
    const { kills, wrong } = await killWindows(t, 4, seeded(t))
    t.ok(kills >= 4)
    t.equal(wrong, 0)
  },
)
