/** The full form of `whole-runs.slow.test.ts`: `npm run test:long faults`. */
import t from 'tap'
import { breakWholeRuns, cutWholeRuns, flipBits, truncateInside } from '../support/faults/faults.js'
import { seeded } from '../support/random/seed.js'

t.test('A4, A5, A6: a cut at every byte of the body leaves the same file', async (t) => {
  t.ok((await cutWholeRuns(t, 1)) >= 8000)
})

t.test('B8: 500 downloads that break at random: each row is written once', (t) =>
  breakWholeRuns(t, 500, seeded(t)),
)

t.test('C2: every single bit flip of a result', async (t) => {
  t.equal((await flipBits(t, 1)).WRONG, 0)
})

t.test('C1, D1: every truncation, of the gzip data and inside of it', async (t) => {
  t.notOk((await truncateInside(t, 1)).WRONG)
})
