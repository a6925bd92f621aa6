import { setTimeout as sleep } from 'node:timers/promises'

/** Resolves when `condition` holds; rejects after a minute, which a busy machine does not need. */
export async function eventually(condition: () => boolean): Promise<void> {
  const end = performance.now() + 60_000
  while (!condition()) {
    if (performance.now() > end) throw new Error(`it did not happen within a minute: ${condition}`)
    await sleep(5)
  }
}
