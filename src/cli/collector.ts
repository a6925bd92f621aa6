import { memoryUsage } from 'node:process'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** How often it looks, in milliseconds. At the speed of the inflater some 15 MB come meanwhile. */
const PERIOD = 20

/** So many bytes in buffers may come on top of those in use before the dead ones are looked for. */
const GROWTH = 16 * 1024 * 1024

type Collect = (options?: { type: 'minor' }) => void

/**
 * Does the work, and has chunks that it does not use any more freed soon. Left to itself the engine lets
 * 32 MiB of them gather before it looks, and from Node 24 on 64 MiB: a half of the memory that a run may take.
 *
 * Most chunks die young, and a collection of what is young takes a third of a millisecond. Those that wait for a slow
 * reader grow old first; they are found by a full collection, of some milliseconds, which only comes when the other has
 * not helped.
 */
export async function collectingDeadChunks<T>(work: () => Promise<T>): Promise<T> {
  setFlagsFromString('--expose-gc')
  const collect: Collect = runInNewContext('gc')
  const inUse = () => memoryUsage().arrayBuffers
  let limit = inUse() + GROWTH
  const timer = setInterval(() => {
    if (inUse() < limit) return
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
