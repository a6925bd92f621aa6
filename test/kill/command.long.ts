/** Kills of the whole command: `npm run test:long kill`. Needs a build. KILLS sets their number, 200 by default. */
import t from 'tap'
import { noStrace } from '../support/files/strace.js'
import { CSV, killCommand, killCommandAtCalls, PARQUET } from '../support/kill/command.js'
import { seeded } from '../support/random/seed.js'

const KILLS = Number(process.env.KILLS ?? 200)

for (const format of [CSV, PARQUET]) {
  t.test(`F5: ${KILLS} kills of the command at random moments, ${format.end}`, async (t) => {
    t.equal((await killCommand(t, KILLS, seeded(t), format)).DAMAGED, 0)
  })

  const atCalls = `F5: the command killed at each system call of its commit, ${format.end}`
  t.test(atCalls, { skip: noStrace }, async (t) => {
    t.equal((await killCommandAtCalls(t, seeded(t), format)).DAMAGED, 0)
  })
}
