import { memoryUsage } from 'node:process'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { collectingDeadChunks } from '../../src/cli/collector.js'

const MIB = 1024 * 1024

/** How far buffers grow while 64 MiB of them come and go, of which the last `kept` stay in use. */
async function growth(kept: number): Promise<number> {
  const before = memoryUsage().arrayBuffers
  const queue: Buffer[] = []
  let most = 0
  for (let i = 0; i < 256; i++) {
    queue.push(Buffer.alloc(MIB / 4))
    if (queue.length > kept) queue.shift()
    most = Math.max(most, memoryUsage().arrayBuffers - before)
    await setTimeout(1)
  }
  return most
}

// The first chunks die young. A queue of 16 MiB outlives collections of what is young.
for (const kept of [1, 64]) {
  t.test(`dead chunks do not gather behind a queue of ${kept}`, async (t) => {
    const most = await collectingDeadChunks(() => growth(kept))
    t.ok(most < (kept / 4 + 27) * MIB, `${Math.round(most / MIB)} MiB`)
  })
}
