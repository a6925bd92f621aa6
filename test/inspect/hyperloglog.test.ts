import t from 'tap'
import { Hash } from '../../src/inspect/hash.js'
import { DISTINCT_ERROR, HyperLogLog } from '../../src/inspect/hyperloglog.js'

const hash = new Hash()

/** The relative error for `n` values, each added twice. */
function errorOf(n: number, put: (i: number) => void): number {
  const sketch = new HyperLogLog()
  for (let i = 0; i < 2 * n; i++) {
    put(i % n)
    sketch.add(hash.high, hash.low)
  }
  return sketch.estimate() / n - 1
}

const KINDS: Record<string, (i: number) => void> = {
  integers: (i) => hash.number(i, 1),
  'large integers': (i) => hash.number(9_000_000_000_000 + i * 37, 1),
  doubles: (i) => hash.number(i / 1000, 1),
  texts: (i) => hash.text(`user-${i}`, 3),
  'texts of one character': (i) => hash.text(String.fromCodePoint(i), 3),
}

t.test('an empty sketch has nothing in it', async (t) => {
  t.equal(new HyperLogLog().estimate(), 0)
})

t.test('a few values are counted exactly, once rounded', async (t) => {
  for (const [kind, put] of Object.entries(KINDS)) {
    for (let n = 1; n <= 12; n++) t.equal(Math.round((errorOf(n, put) + 1) * n), n, `${n} ${kind}`)
  }
})

t.test('the error is the promised one at every size', async (t) => {
  t.ok(DISTINCT_ERROR < 0.0163)
  for (const [kind, put] of Object.entries(KINDS)) {
    for (const n of [100, 1000, 5000, 10_000, 20_000, 60_000]) {
      const error = errorOf(n, put)
      t.ok(Math.abs(error) < 4 * DISTINCT_ERROR, `${n} ${kind}: ${error}`)
    }
  }
  t.ok(Math.abs(errorOf(1_000_000, KINDS.integers!)) < 4 * DISTINCT_ERROR)
})

t.test('over many sketches the standard error is that of the formula', async (t) => {
  const errors = Array.from({ length: 60 }, (_, seed) =>
    errorOf(20_000, (i) => hash.number(i, seed * 7919 + 1)),
  )
  const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length)
  t.ok(deviation > 0.6 * DISTINCT_ERROR && deviation < 1.4 * DISTINCT_ERROR, String(deviation))
})

t.test('equal numbers are equal, and kinds are told apart', async (t) => {
  hash.number(0, 1)
  const zero = [hash.high, hash.low]
  hash.number(-0, 1)
  t.same([hash.high, hash.low], zero)
  hash.number(0, 5)
  t.not(hash.high, zero[0])
})
