import type { Test } from 'tap'

/** Tells the milliseconds of processor time since its making: what other programs do meanwhile does not count. */
export function processorClock(): () => number {
  const begin = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(begin)
    return (user + system) / 1000
  }
}

/** Two pieces of work of one kind, and how far their times may lie apart. */
export interface Growth {
  /** Does the small one, and tells the milliseconds of processor time that it took. */
  readonly small: () => number | Promise<number>
  /** Does the large one, likewise. */
  readonly large: () => number | Promise<number>
  /** How many times as long the large one may take. */
  readonly most: number
  /** Milliseconds that the small one counts as at least. */
  readonly least?: number
  /** How often both are done at least, so that nothing is compared with a first run. */
  readonly runs?: number
}

/** What takes too long always does: so often a busy machine does not make it seem so. */
const MOST_RUNS = 15

/**
 * Fails when the large piece of work takes more than `most` times as long as the small one. Both are done in turn, the quickest
 * runs of each are compared, and both are done again while it seems too long.
 */
export async function growsAtMost(t: Test, what: string, growth: Growth): Promise<void> {
  const { most, least = 1, runs = 3 } = growth
  let [small, large] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  const isWithin = () => large <= most * Math.max(small, least)
  for (let run = 1; run <= runs || (run <= MOST_RUNS && !isWithin()); run++) {
    small = Math.min(small, await growth.small())
    large = Math.min(large, await growth.large())
  }
  t.ok(isWithin(), `${what}: ${small.toFixed(1)} ms and ${large.toFixed(1)} ms of processor time`)
}

/** How much more text the large piece of work has than the small one. */
const FACTOR = 8

/**
 * Fails unless `work` takes about as many times longer as its text is longer: `part` is repeated `count` times, then
 * eight times as often.
 */
export function growsEvenly(
  t: Test,
  part: string,
  count: number,
  work: (text: string) => unknown,
): Promise<void> {
  const timeOf = (text: string) => () => {
    const took = processorClock()
    work(text)
    return took()
  }
  const [small, large] = [timeOf(part.repeat(count)), timeOf(part.repeat(count * FACTOR))]
  return growsAtMost(t, JSON.stringify(part), { small, large, most: FACTOR * 4 })
}
