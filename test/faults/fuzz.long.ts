/** The full form of `fuzz.slow.test.ts`: `npm run test:long fuzz`. CASES is their number, 20,000 by default. */
import t from 'tap'
import { fuzz } from '../support/fuzz/run.js'

const CASES = Number(process.env.CASES ?? 20_000)

t.test('mutated msgpack', (t) => fuzz(t, 'msgpack', CASES / 2))

t.test('mutated gzip', (t) => fuzz(t, 'gzip', CASES / 4))

t.test('mutated HTTP', (t) => fuzz(t, 'http', CASES / 4))
