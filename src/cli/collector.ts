import { getHeapStatistics } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { setEngineFlags } from './engine-flags.js'

/** Pause between two looks at the memory, in milliseconds. */
const PERIOD = 10

/** Bytes in buffers may grow by this much before dead ones are collected. */
const GROWTH = 8 * 1024 * 1024

type Collect = (options?: { type: 'minor' }) => void

/**
 * Does the work, and frees chunks of connections and files soon after their last use. Left to itself the engine lets
 * 32 MiB of them gather before it looks, and from Node 24 on 64 MiB: half of the memory that a run may take.
 *
 * Most chunks die young, and a collection of the young generation takes a third of a millisecond. Chunks that wait for a
 * slow reader grow old first. A full collection finds them; it takes some milliseconds, and runs only when the other has
 * not helped.
 */
export async function collectingDeadChunks<T>(work: () => Promise<T>): Promise<T> {
  let collect: Collect | undefined
  let limit = inUse() + GROWTH
  const timer = setInterval(() => {
    if (inUse() < limit) return
    collect ??= createCollect()
    collect({ type: 'minor' })
    if (inUse() < limit) return
    collect()
    limit = inUse() + GROWTH
  }, PERIOD)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}

/** Bytes in buffers. Without /proc Node cannot tell, and all that is outside of the heap stands for them. */
function inUse(): number {
  try {
    return process.memoryUsage().arrayBuffers
  } catch {
    return getHeapStatistics().external_memory
  }
}

/** Made on first need: it takes some milliseconds, and a small result ends before. */
function createCollect(): Collect {
  setEngineFlags()
  // Bun takes the flags and has no such function; it frees buffers by itself.
  return runInNewContext("typeof gc === 'function' ? gc : () => {}")
}
