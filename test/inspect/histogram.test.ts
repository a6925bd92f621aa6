import fc from 'fast-check'
import t from 'tap'
import { Histogram } from '../../src/inspect/histogram.js'

function barsOf(values: Iterable<number>, bars = 16) {
  const histogram = new Histogram()
  for (const value of values) histogram.add(value)
  return histogram.bars(bars)
}

t.test('no value, or only one, has no histogram', async (t) => {
  t.equal(barsOf([]), undefined)
  t.equal(barsOf([5, 5, 5]), undefined)
})

t.test('few integers have a bar each', async (t) => {
  t.same(barsOf([1, 1, 2, 4]), { from: 1, to: 4, counts: [2, 1, 0, 1] })
  const many = Array.from({ length: 10_000 }, (_, i) => 7 + (i % 3))
  t.same(barsOf(many), { from: 7, to: 9, counts: [3334, 3333, 3333] })
})

t.test('what is spread evenly looks even', async (t) => {
  for (const scale of [1e-9, 1, 1e12]) {
    const { counts } = barsOf(
      Array.from({ length: 100_000 }, (_, i) => ((i * 7919) % 100_000) * scale + 0.5),
    )!
    t.ok(Math.min(...counts) > 6000 && Math.max(...counts) < 6500, counts.join(' '))
  }
})

t.test('nothing is lost, in whatever order and of whatever size the numbers come', async () => {
  const double = fc.double({ noNaN: true, noDefaultInfinity: true })
  await fc.assert(
    fc.property(fc.array(fc.oneof(double, fc.integer()), { minLength: 2, maxLength: 800 }), (values) => {
      const bars = barsOf(values)
      if (bars === undefined) return Math.max(...values) - Math.min(...values) < 1e-250
      return (
        bars.counts.reduce((sum, count) => sum + count, 0) === values.length &&
        bars.from === Math.min(...values) + 0 &&
        bars.to === Math.max(...values) + 0
      )
    }),
    { numRuns: 300 },
  )
})

t.test('a bar is wrong by no more than what lies at its ends', async (t) => {
  const values = Array.from({ length: 50_000 }, (_, i) => (Math.sin(i) + 1) ** 3)
  const { counts, from, to } = barsOf(values)!
  const exact: number[] = new Array(16).fill(0)
  for (const value of values) exact[Math.min(15, Math.floor(((value - from) / (to - from)) * 16))]!++
  for (const [i, count] of counts.entries())
    t.ok(Math.abs(count - exact[i]!) < 0.2 * exact[0]! + 50, `bar ${i}`)
})
