import t, { type Test } from 'tap'
import { doublesOf, HARD_DOUBLES, randomDoubles, usualDoubles } from '../support/msgpack/doubles.js'
import { array, float64 } from '../support/msgpack/pack.js'
import { encodeBytes, planOf } from '../support/msgpack/plan.js'
import { seeded } from '../support/random/seed.js'

const compare = (t: Test, values: Float64Array) => {
  const rows = Buffer.concat(Array.from(values, (value) => array([float64(value)])))
  const lines = encodeBytes({ format: 'csv', header: false }, planOf(['c']), rows)
    .toString()
    .split('\n')
  const wrong = Array.from(values).filter((value, i) => lines[i] !== String(value))
  t.same(wrong, [])
}

t.test('doubles are written as JavaScript writes them', async (t) => {
  t.test('hard cases', async (t) => compare(t, HARD_DOUBLES))
  t.test('every power of two, and its neighbours', async (t) => compare(t, doublesOf.powersOfTwo()))
  t.test('decimals of every length and exponent', async (t) => compare(t, doublesOf.decimals()))
  t.test('the borders of the exact way', async (t) => compare(t, doublesOf.borders()))
  t.test('halves, quarters and so on', async (t) => compare(t, doublesOf.ties()))
  t.test('doubles as results have them', async (t) => {
    const values = usualDoubles(200_000, seeded(t).below(2 ** 31))
    compare(t, values)
  })
  t.test('random bits', async (t) => compare(t, randomDoubles(50_000, 7)))
  t.test('short decimals and integers between long ones', async (t) => {
    const short = [0.1, 0.25, 1e-6, 999999999.999999, 12.5, 3, -0.000001, 1 / 3, 0.3, 2 / 3, 1e15, 1e-7]
    // As many short ones in a row as one long one makes the kernel skip, and more.
    const values = Array.from({ length: 40 }, (_, run) => [
      Math.PI * run,
      ...Array(run).fill(short).flat(),
    ]).flat()
    compare(t, Float64Array.from(values))
  })
})
