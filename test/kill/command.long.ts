/**
 * Kills of the built command, and of programs that use the built library: `npm run test:long kill`. KILLS sets their
 * number together with those of `run.long.ts`, 2,000 by default. MINUTES is the most that each of the two files takes.
 */
import t from 'tap'
import { deadlineOf, figures, inMinutes } from '../support/figures/figures.js'
import { noStrace } from '../support/files/strace.js'
import { killAtCalls, killCommand, type Tally } from '../support/kill/command.js'
import { CSV, PARQUET, PARTITIONS, TEE } from '../support/kill/kinds.js'
import { seeded } from '../support/random/seed.js'

const KILLS = Math.ceil(Number(process.env.KILLS ?? 2000) / 5)
const KINDS = [CSV, PARQUET, PARTITIONS, TEE]

const told = (tally: Tally) =>
  `${tally.old} old files, ${tally.absent} none, ${tally.some} some of several new ones, ${tally.complete} all new ones, ${tally.DAMAGED} damaged`

const begin = performance.now()
const deadline = deadlineOf(40)

for (const [i, kind] of KINDS.entries()) {
  t.test(`F5: ${KILLS} kills at random moments: ${kind.name}`, async (t) => {
    const from = performance.now()
    const share = (deadline - from) / (KINDS.length - i)
    const { rounds, ...tally } = await killCommand(t, KILLS, seeded(t), kind, from + share)
    t.equal(tally.DAMAGED, 0)
    const kills = Object.values(tally).reduce((sum, count) => sum + count, 0)
    const result = `${told(tally)}; after some in a row, ${rounds} runs came to their end and left nothing else; ${inMinutes(performance.now() - from)}`
    figures(t, `kills at a random moment: ${kind.name}`, String(kills), result, 'command.long')
  })
}

for (const kind of KINDS) {
  t.test(`F5: killed at each system call of its commit: ${kind.name}`, { skip: noStrace }, async (t) => {
    const tally = await killAtCalls(t, seeded(t), kind)
    t.equal(tally.DAMAGED, 0)
    const kills = Object.values(tally).reduce((sum, count) => sum + count, 0)
    const what = `kills at each system call of the commit: ${kind.name}`
    figures(t, what, String(kills), told(tally), 'command.long')
  })
}

t.teardown(() => t.comment(`all in ${inMinutes(performance.now() - begin)}`))
