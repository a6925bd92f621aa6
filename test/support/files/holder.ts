/**
 * A child process or thread that takes the lock of a path and gives signs of life as often as told. It prints `held`,
 * or the code of the failure; at each line on stdin it looks whether it still holds the lock, and prints the same.
 */
import { createInterface } from 'node:readline'
import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import { SluiceError } from '../../../src/errors.js'
import { acquireLock } from '../../../src/files/lock.js'

const [path, beatMs]: string[] = isMainThread ? process.argv.slice(2) : workerData
const say = (text: string) =>
  isMainThread ? process.stdout.write(`${text}\n`) : parentPort!.postMessage(text)

async function tell(work: () => unknown): Promise<void> {
  try {
    await work()
    say('held')
  } catch (error) {
    say(error instanceof SluiceError ? error.code : String(error))
  }
}

let lock: Awaited<ReturnType<typeof acquireLock>>
await tell(async () => {
  lock = await acquireLock(path!, { beatMs: Number(beatMs) })
})
if (isMainThread) createInterface({ input: process.stdin }).on('line', () => tell(() => lock.assertHeld()))
else parentPort!.on('message', () => tell(() => lock.assertHeld()))
