/**
 * The long form of `equivalence.slow.test.ts` and `doubles.test.ts`: `npm run test:long kernel`. RESULTS and DOUBLES set
 * how many are compared, 100,000 and twice 2,000,000 by default.
 */
import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import { compareWithReference } from '../support/msgpack/compare.js'
import { randomDoubles, usualDoubles } from '../support/msgpack/doubles.js'
import { encodeBytes, planOf } from '../support/msgpack/plan.js'
import { longResult, randomResult } from '../support/msgpack/results.js'
import { seeded } from '../support/random/seed.js'

const RESULTS = Number(process.env.RESULTS ?? 100_000)
const DOUBLES = Number(process.env.DOUBLES ?? 2_000_000)

t.test(`${RESULTS} results equal the reference`, async (t) => {
  const seed = seeded(t).below(2 ** 31)
  // In batches, as fast-check remembers what it has drawn in each.
  const BATCH = 5000
  for (let done = 0; done < RESULTS; done += BATCH) {
    const numRuns = Math.min(BATCH, RESULTS - done)
    fc.assert(fc.property(randomResult, compareWithReference), { numRuns, seed: seed + done })
    t.pass(`${done + numRuns} results`)
  }
})

t.test('results longer than a piece of output equal the reference', async (t) => {
  const numRuns = Math.ceil(RESULTS / 200)
  fc.assert(fc.property(longResult, compareWithReference), {
    numRuns,
    seed: seeded(t).below(2 ** 31),
    endOnFailure: true,
  })
})

for (const [what, draw] of [
  ['of random bits', randomDoubles],
  ['as results have them', usualDoubles],
] as const) {
  t.test(`${DOUBLES} doubles ${what} equal String(number)`, async (t) => {
    const seed = seeded(t).below(2 ** 31)
    const PART = 500_000
    for (let done = 0; done < DOUBLES; done += PART) {
      const values = draw(Math.min(PART, DOUBLES - done), seed + done)
      const rows = Buffer.alloc(10 * values.length, 0xcb)
      for (const [i, value] of values.entries()) {
        rows[10 * i] = 0x91
        rows.writeDoubleBE(value, 10 * i + 2)
      }
      const lines = encodeBytes({ format: 'csv', header: false }, planOf(['c']), rows)
        .toString('latin1')
        .split('\n')
      for (const [i, value] of values.entries()) assert.equal(lines[i], String(value))
      t.pass(`${done + values.length} doubles`)
    }
  })
}
