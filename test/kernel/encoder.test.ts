import t from 'tap'
import { createEncoder } from '../../src/kernel/encoder.js'
import { planOf } from '../support/msgpack/plan.js'

t.test('an encoder that writes a header takes no memory for what a header cannot have', async (t) => {
  const before = process.memoryUsage().external
  const encoders = Array.from({ length: 20 }, () =>
    createEncoder({ format: 'csv' }, planOf(['c0', 'c1', 'c2'])),
  )
  const bytes = process.memoryUsage().external - before
  t.ok(bytes / encoders.length < 2 ** 21, `${bytes / encoders.length} bytes each`)
  t.equal(`${encoders[0]!.begin()}`, 'c0,c1,c2\n')
})
