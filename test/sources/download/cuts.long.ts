/**
 * The long form of `cuts.test.ts` and of the A12 cases in `silence.test.ts`: some five minutes on two cores. Run it with
 * `tap --timeout=3600 test/sources/download/cuts.long.ts`.
 */
import t from 'tap'
import {
  breakAtRandom,
  changeMeanwhile,
  closeWhilePaused,
  cutEverywhere,
} from '../../fixtures/client-cuts.js'

t.test('A6: a cut at every offset of a body, by close and by reset', async (t) => {
  t.equal(await cutEverywhere(t, 1), 8192)
})

t.test('B8: however often and wherever it breaks, each byte comes once', (t) => breakAtRandom(t, 500))

t.test('B8: the same over many connections', (t) => breakAtRandom(t, 500, 32))

t.test('B2: a result that changes meanwhile is never mixed', (t) => changeMeanwhile(t, 500))

t.test('A12: the server closes while the reader is paused', (t) => closeWhilePaused(t, 1000))
