/** A thread that writes a result without an end to the path it is given, and says when the first rows are under way. */
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { csv, pipeline, stream } from '../../../src/index.js'

const rows = async function* () {
  for (;;) {
    yield Buffer.from([0x91, 1])
    await sleep(5)
  }
}

await pipeline(stream(Readable.from(rows(), { objectMode: false })), csv(workerData as string), {
  onProgress: (event) => {
    if (event.type === 'transfer' && event.rows > 0) parentPort!.postMessage('writing')
  },
})
