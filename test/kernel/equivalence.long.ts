// The long form of equivalence.test.ts and doubles.test.ts, not part of `npm test`:
//
//   node --import tsx test/kernel/equivalence.long.ts [results] [doubles]
import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { compareWithReference } from '../support/msgpack/compare.js'
import { randomDoubles } from '../support/msgpack/doubles.js'
import { float64 } from '../support/msgpack/pack.js'
import { encodeBytes, planOf } from '../support/msgpack/plan.js'
import { longResult, randomResult } from '../support/msgpack/results.js'

const results = Number(process.argv[2] ?? 100_000)
const doubles = Number(process.argv[3] ?? 5_000_000)
const seed = Date.now() & 0x7fffffff
const started = performance.now()
const report = (what: string) =>
  console.log(`${((performance.now() - started) / 1000).toFixed(0)} s: ${what}`)
report(`seed ${seed}`)

/** fast-check keeps what it has drawn, so the work is done in batches. */
const BATCH = 5000
for (let done = 0; done < results; done += BATCH) {
  const numRuns = Math.min(BATCH, results - done)
  fc.assert(fc.property(randomResult, compareWithReference), { numRuns, seed: seed + done })
  report(`${done + numRuns} results equal the reference`)
}

const long = Math.ceil(results / 200)
fc.assert(fc.property(longResult, compareWithReference), { numRuns: long, seed, endOnFailure: true })
report(`${long} results longer than a piece of output equal the reference`)

const PART = 500_000
for (let done = 0; done < doubles; done += PART) {
  const values = randomDoubles(Math.min(PART, doubles - done), seed + done)
  const rows = Buffer.concat(Array.from(values, (value) => Buffer.concat([Buffer.of(0x91), float64(value)])))
  const lines = encodeBytes({ format: 'csv', header: false }, planOf(['c']), rows)
    .toString('latin1')
    .split('\n')
  for (const [i, value] of values.entries()) assert.equal(lines[i], String(value))
  report(`${done + values.length} doubles equal String(number)`)
}
