/** The quick form of `command.long.ts`. */
import t from 'tap'
import { CSV, killCommand, PARQUET } from '../support/kill/command.js'
import { seeded } from '../support/random/seed.js'

t.setTimeout(600_000)

for (const format of [CSV, PARQUET]) {
  const name = `F5: the command killed at random moments leaves the old ${format.end} file, the new one or none`
  t.test(name, async (t) => {
    t.equal((await killCommand(t, 4, seeded(t), format)).DAMAGED, 0)
  })
}
