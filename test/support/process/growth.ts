import type { Test } from 'tap'

/** Tells the milliseconds of processor time since its making: what other programs do meanwhile does not count. */
export function processorClock(): () => number {
  const begin = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(begin)
    return (user + system) / 1000
  }
}

/** How much more text the second measurement has than the first. */
const FACTOR = 8

/**
 * Fails unless `work` takes about as many times longer as its text is longer: `part` is repeated `count` times, then
 * eight times as often. Processor time is compared, the best of three.
 */
export function growsEvenly(t: Test, part: string, count: number, work: (text: string) => unknown): void {
  const milliseconds = (text: string) => {
    const runs = [1, 2, 3].map(() => {
      const took = processorClock()
      work(text)
      return took()
    })
    return Math.min(...runs)
  }
  const [small, large] = [milliseconds(part.repeat(count)), milliseconds(part.repeat(count * FACTOR))]
  const figures = `${small.toFixed(1)} ms and ${large.toFixed(1)} ms of processor time`
  t.ok(large <= FACTOR * 4 * Math.max(small, 1), `${JSON.stringify(part)}: ${figures}`)
}
