/**
 * The long form of `cuts.test.ts` and of the A12 cases in `silence.slow.test.ts`: some ten minutes on two cores. Run it with
 * `npm run test:long faults`.
 */
import { randomBytes } from 'node:crypto'
import t from 'tap'
import { breakAtRandom, changeMeanwhile, closeWhilePaused, cutEverywhere } from '../../support/client/cuts.js'
import { gainOf } from '../../support/client/result.js'

t.test('A6: a cut at every offset of a body, by close and by reset', async (t) => {
  t.equal(await cutEverywhere(t, 1), 8192)
})

t.test('B8: however often and wherever it breaks, each byte comes once', (t) => breakAtRandom(t, 500))

t.test('B8: the same over many connections', (t) => breakAtRandom(t, 500, 32))

t.test('B2: a result that changes meanwhile is never mixed', (t) => changeMeanwhile(t, 500))

t.test('A12, B9: the server closes while the reader is paused', (t) => closeWhilePaused(t, 1000))

t.test('at 10 MB/s a connection, six are at least five times as fast as one', async (t) => {
  const gain = await gainOf(t, 6, randomBytes(100_000_000), 10_000_000)
  t.ok(gain >= 5, `${gain.toFixed(1)} times as fast`)
})
