import t from 'tap'
import { Repeats } from '../../src/kernel/repeats.js'

/** Different hashes of a part, in an order without a pattern. */
const hashesOf = (from: number, count: number) =>
  Int32Array.from({ length: count * 4 }, (_, i) => Math.imul(from + (i >> 2), 0x9e3779b1) ^ (i & 3))

t.test('hashes that were there before are counted, more of them than expected too', (t) => {
  const repeats = new Repeats()
  for (const expected of [0, 1, 100_000, 1e12]) {
    repeats.begin(expected)
    t.equal(repeats.count(hashesOf(0, 100_000)), 0)
    t.equal(repeats.count(hashesOf(99_999, 50_000)), 1)
    t.equal(repeats.count(hashesOf(50_000, 50_000)), 50_000)
  }
  repeats.release()
  t.end()
})

t.test('hashes that differ in any number are different', (t) => {
  const repeats = new Repeats()
  repeats.begin(5)
  const all = [
    [1, 2, 3, 4],
    [9, 2, 3, 4],
    [1, 9, 3, 4],
    [1, 2, 9, 4],
    [1, 2, 3, 9],
  ]
  t.equal(repeats.count(Int32Array.from(all.flat())), 0)
  t.equal(repeats.count(Int32Array.from(all.flat())), all.length)
  t.end()
})
