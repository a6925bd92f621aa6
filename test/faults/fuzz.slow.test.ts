/** Results that were mutated with their structure in mind. `fuzz.long.ts` is the full form. */
import t from 'tap'
import { fuzz } from '../support/fuzz/run.js'

t.setTimeout(600_000)
t.jobs = 2

t.test('D3 to D8: mutated msgpack is a typed error or the right rows', { buffered: true }, (t) =>
  fuzz(t, 'msgpack', 200),
)

t.test('C1 to C8: mutated gzip is a typed error or the right rows', { buffered: true }, (t) =>
  fuzz(t, 'gzip', 200),
)

t.test('A7, A8, A9, A18: mutated HTTP is a typed error or the right rows', { buffered: true }, (t) =>
  fuzz(t, 'http', 60),
)
