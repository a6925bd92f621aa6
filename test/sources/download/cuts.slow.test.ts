import t from 'tap'
import { breakAtRandom, changeMeanwhile, cutEverywhere } from '../../support/client/cuts.js'

t.test('A6: a cut at every offset of a body, by close and by reset', async (t) => {
  t.equal(await cutEverywhere(t, 41), 200)
})

t.test('B8: however often and wherever it breaks, each byte comes once', (t) => breakAtRandom(t, 60))

t.test('B8: the same over many connections', (t) => breakAtRandom(t, 40, 32))

t.test('B2: a result that changes meanwhile is never mixed', (t) => changeMeanwhile(t, 60))
