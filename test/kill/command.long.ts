/** Kills of the whole command: `npm run test:kill`. Needs a build. KILLS sets their number, 200 by default. */
import t from 'tap'
import { noStrace } from '../fixtures/fs-strace.js'
import { killCommand, killCommandAtCalls } from '../fixtures/kill-command.js'
import { seeded } from '../fixtures/seed.js'

const KILLS = Number(process.env.KILLS ?? 200)

t.test(`F5: ${KILLS} kills of the command at random moments`, async (t) => {
  t.equal((await killCommand(t, KILLS, seeded(t))).DAMAGED, 0)
})

t.test('F5: the command killed at each system call of its commit', { skip: noStrace }, async (t) => {
  t.equal((await killCommandAtCalls(t, seeded(t))).DAMAGED, 0)
})
