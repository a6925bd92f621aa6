import { createRequire, syncBuiltinESMExports } from 'node:module'
import type { Worker } from 'node:worker_threads'
import type { Test } from 'tap'

type WorkerClass = new (...args: ConstructorParameters<typeof Worker>) => Worker

/**
 * The workers that are made until the test ends, in order.
 *
 * @param replace makes another class of them
 */
export function workers(t: Test, replace = (Worker: WorkerClass): WorkerClass => Worker): Worker[] {
  const threads = createRequire(import.meta.url)('node:worker_threads') as { Worker: WorkerClass }
  const { Worker } = threads
  const made: Worker[] = []
  threads.Worker = class extends replace(Worker) {
    constructor(...args: ConstructorParameters<WorkerClass>) {
      super(...args)
      made.push(this)
    }
  }
  syncBuiltinESMExports()
  t.teardown(() => {
    threads.Worker = Worker
    syncBuiltinESMExports()
  })
  return made
}
