import fc from 'fast-check'
import t from 'tap'
import { compareWithReference } from '../support/msgpack/compare.js'
import { longResult, randomResult } from '../support/msgpack/results.js'

t.setTimeout(600_000)

t.test('the kernel writes what the row-at-a-time reference writes', async () => {
  // In batches, as fast-check remembers what it has drawn in each.
  for (let batch = 0; batch < 20; batch++)
    fc.assert(fc.property(randomResult, compareWithReference), { numRuns: 100 })
})

t.test('so it does for results longer than a piece of output', async () => {
  fc.assert(fc.property(longResult, compareWithReference), { numRuns: 15, endOnFailure: true })
})
