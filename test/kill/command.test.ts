/** The quick form of `command.long.ts`. */
import t from 'tap'
import { killCommand } from '../fixtures/kill-command.js'
import { seeded } from '../fixtures/seed.js'

t.setTimeout(120_000)

t.test('F5: the command killed at random moments leaves the old file, the new one or none', async (t) => {
  t.equal((await killCommand(t, 4, seeded(t))).DAMAGED, 0)
})
