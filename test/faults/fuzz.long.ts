/**
 * The full form of `fuzz.slow.test.ts`: `npm run test:long fuzz`. CASES is their number, a million by default; of these at
 * most 5,000 come over HTTP, where most wait for something. MINUTES is the most that it takes, 60 by default.
 */
import t from 'tap'
import { deadlineOf, figures, inMinutes } from '../support/figures/figures.js'
import { type Fuzzed, fuzz } from '../support/fuzz/run.js'

const CASES = Number(process.env.CASES ?? 1_000_000)
const HTTP = Math.min(5000, Math.ceil(CASES / 4))
const GZIP = Math.floor((CASES - HTTP) / 4)

const begin = performance.now()
const deadline = deadlineOf(60)
const found: Record<string, Fuzzed> = {}

for (const [layer, cases, share] of [
  ['http', HTTP, 0.2],
  ['gzip', GZIP, 0.4],
  ['msgpack', CASES - HTTP - GZIP, 1],
] as const) {
  t.test(`mutated ${layer}`, async (t) => {
    found[layer] = await fuzz(t, layer, cases, share * (deadline - performance.now()))
  })
}

t.test('the figures', async (t) => {
  const all = Object.values(found)
  const most = (key: 'busiestMs' | 'peakMib') => Math.max(...all.map((one) => one[key]))
  const number = (count: number) => count.toLocaleString('en-US')
  const parts = Object.entries(found).map(([layer, { cases }]) => `${layer} ${number(cases)}`)
  const total = all.reduce((sum, { cases }) => sum + cases, 0)
  t.ok(t.parent?.passing(), 'no case was wrong')
  const result = `0 wrong, 0 hangs; at most ${(most('busiestMs') / 1000).toFixed(2)} s of processor time for ten cases, at most ${most('peakMib').toFixed(0)} MiB; ${inMinutes(performance.now() - begin)}`
  figures(t, `mutated results: ${parts.join(', ')}`, number(total), result, 'fuzz.long')
})
