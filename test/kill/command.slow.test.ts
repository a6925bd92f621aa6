/** The quick form of `command.long.ts`. */
import t from 'tap'
import { killCommand } from '../support/kill/command.js'
import { CSV, PARQUET, PARTITIONS, TEE } from '../support/kill/kinds.js'
import { seeded } from '../support/random/seed.js'

t.setTimeout(600_000)

for (const kind of [CSV, PARQUET, PARTITIONS, TEE]) {
  const name = `F5: a run killed at random moments leaves the old files, the new ones or none: ${kind.name}`
  t.test(name, async (t) => {
    t.equal((await killCommand(t, 3, seeded(t), kind)).DAMAGED, 0)
  })
}
