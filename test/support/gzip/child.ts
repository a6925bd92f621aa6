/**
 * Compares our inflater with zlib in a process of its own: `child.ts '{"batches":100,"valid":20,"damaged":10,"seed":1,…}'`. Each dot begins
 * a batch; `only` repeats one.
 */
import { setImmediate as turn } from 'node:timers/promises'
import type { Random } from '../../../bench/random.js'
import { Inflater } from '../../../src/kernel/inflater.js'
import { processorClock } from '../process/growth.js'
import { dot, report } from '../process/watched.js'
import { randomOfCase } from '../random/seed.js'
import { byInflater, byZlib, difference, randomChunks, randomRoom } from './compare.js'
import { damaged, randomGzip } from './streams.js'

export interface CompareTask {
  readonly seed: number
  readonly batches: number
  /** Valid streams of a batch. */
  readonly valid: number
  /** Damaged streams made of each valid one. */
  readonly damaged: number
  /** Of several processes that share the batches, which one this is, and how many there are. */
  readonly worker: readonly [number: number, of: number]
  /** Milliseconds after which no batch begins. */
  readonly withinMs: number
  /** The number of the only batch to run. */
  readonly only?: number
}

export interface CompareReport {
  readonly valid: number
  readonly damaged: number
  readonly inflated: number
  readonly refused: number
  /** What differs, with the stream in base64. */
  readonly wrong: readonly string[]
  /** Milliseconds of processor time: of all, and the most that a batch took, zlib's included. */
  readonly cpuMs: number
  readonly busiestMs: number
}

class Comparison {
  readonly wrong: string[] = []
  inflated = 0
  refused = 0

  compare(packed: Buffer, random: Random): void {
    const expected = byZlib(packed)
    if (typeof expected === 'string') this.refused++
    else this.inflated++
    const chunks = random.oneIn(2) ? [packed] : randomChunks(packed, random)
    const differs = difference(byInflater(chunks, randomRoom(expected, packed, random)), expected)
    if (differs !== undefined) this.wrong.push(`${differs}: ${packed.toString('base64')}`)
  }
}

async function main(task: CompareTask): Promise<CompareReport> {
  const { seed, batches, worker, withinMs, only } = task
  const comparison = new Comparison()
  const counts = { valid: 0, damaged: 0 }
  const [first, step, end] = only === undefined ? [worker[0], worker[1], batches] : [only, 1, only + 1]
  const clock = processorClock()
  const begin = performance.now()
  let [cpuMs, busiestMs] = [0, 0]
  for (let i = first; i < end && performance.now() - begin < withinMs; i += step) {
    dot()
    const random = randomOfCase(seed, i)
    // The memory of an inflater is used again by the next one. While one stays open, the next has a new memory.
    const other = random.oneIn(20) ? new Inflater() : undefined
    for (let left = task.valid; left > 0; left--) {
      const packed = randomGzip(random, random.oneIn(200) ? 3_000_000 : 5000)
      comparison.compare(packed, random)
      for (let more = task.damaged; more > 0; more--) comparison.compare(damaged(packed, random), random)
      counts.valid += 1
      counts.damaged += task.damaged
      // Node closes the engines of zlib that failed on a later turn of the loop.
      await turn()
    }
    other?.close()
    const now = clock()
    busiestMs = Math.max(busiestMs, now - cpuMs)
    cpuMs = now
  }
  const { inflated, refused, wrong } = comparison
  return { ...counts, inflated, refused, wrong, cpuMs, busiestMs }
}

// Most streams end in an error or two, whose stacks would take longer than all else.
Error.stackTraceLimit = 0
report(await main(JSON.parse(process.argv[2]!)))
