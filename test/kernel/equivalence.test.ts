import fc from 'fast-check'
import t from 'tap'
import { compareWithReference } from '../fixtures/msgpack-compare.js'
import { randomResult } from '../fixtures/msgpack-results.js'

t.test('the kernel writes what the row-at-a-time reference writes', async () => {
  fc.assert(fc.property(randomResult, compareWithReference), { numRuns: 1500 })
})
