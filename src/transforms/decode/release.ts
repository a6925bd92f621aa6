import type { MessagePort } from 'node:worker_threads'

let nowhere: MessagePort | undefined

/**
 * Gives the memory of a buffer back at once. Whoever still holds the buffer finds it empty.
 *
 * Left to the garbage collector, dead chunks that come at the speed of memory pile up to 32 MiB and more before it
 * looks for them, and each new one is made of pages that the system has to find and clear first. One that is freed at
 * once leaves its pages, still in the processor's cache, to the next.
 *
 * To transfer a buffer takes its memory away from it (HTML standard, "StructuredSerializeWithTransfer"), and a message
 * to a port that is closed is dropped with all that it holds. `ArrayBuffer.prototype.transfer` comes only with Node 22.
 */
export function release(buffer: ArrayBuffer): void {
  nowhere ??= closedPort()
  nowhere.postMessage(null, [buffer])
}

/** Smaller buffers may be pools of memory, and take longer to give back than they are worth. */
const LARGE = 64 * 1024

/** Gives the memory of a large chunk back that has a buffer of its own. */
export function releaseLarge({ buffer, byteLength }: Uint8Array): void {
  if (byteLength >= LARGE && byteLength === buffer.byteLength && buffer instanceof ArrayBuffer)
    release(buffer)
}

function closedPort(): MessagePort {
  const { port1, port2 } = new MessageChannel()
  port1.close()
  port2.close()
  return port1
}
