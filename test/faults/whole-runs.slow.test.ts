/** Faults in the download of whole runs of the command, told by the file. `whole-runs.long.ts` is the full form. */
import t from 'tap'
import { breakWholeRuns, cutWholeRuns, flipBits, truncateInside } from '../support/faults/faults.js'
import { seeded } from '../support/random/seed.js'

t.setTimeout(600_000)

t.test('A4, A5, A6: a cut anywhere in the body leaves the same file', async (t) => {
  t.ok((await cutWholeRuns(t, 331)) >= 20)
})

t.test('B8: however often a download breaks, each row is written once', (t) =>
  breakWholeRuns(t, 15, seeded(t)),
)

t.test('C2: no flipped bit makes a wrong file', async (t) => {
  t.equal((await flipBits(t, 211)).WRONG, 0)
})

t.test('C1, D1: a result that ends too early is never a success', async (t) => {
  t.notOk((await truncateInside(t, 97)).WRONG)
})
