import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** How often it looks, in milliseconds. */
const PERIOD = 10

/** So many bytes in buffers may come on top of those in use before the dead ones are looked for. */
const GROWTH = 8 * 1024 * 1024

type Collect = (options?: { type: 'minor' }) => void

/**
 * Does the work, and has chunks that it does not use any more freed soon: those of a connection, of a file. Left to
 * itself the engine lets 32 MiB of them gather before it looks, and from Node 24 on 64 MiB: a half of the memory that a
 * run may take.
 *
 * Most chunks die young, and a collection of what is young takes a third of a millisecond. Those that wait for a slow
 * reader grow old first; they are found by a full collection, of some milliseconds, which only comes when the other has
 * not helped.
 */
export async function collectingDeadChunks<T>(work: () => Promise<T>): Promise<T> {
  const inUse = () => process.memoryUsage().arrayBuffers
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

/** A small result ends before it is needed, and it takes some milliseconds to make. */
function createCollect(): Collect {
  // What was collected goes back at once rather than when another thread gets to it, which on a busy machine takes long.
  setFlagsFromString('--no-concurrent-array-buffer-sweeping')
  // A young generation that grows would be collected less often than by this.
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc')
}
