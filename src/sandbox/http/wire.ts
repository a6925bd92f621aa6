import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Writes a chunk and waits until the socket took it. `false` when the client is gone. */
export function writeChunk(response: ServerResponse, chunk: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve(false)
    const onClose = () => resolve(false)
    response.once('close', onClose)
    response.write(chunk, (error) => {
      response.off('close', onClose)
      resolve(error == null)
    })
  })
}

/** Waits, but not for a client that is gone. */
export async function pause(response: ServerResponse, ms: number): Promise<void> {
  const gone = new AbortController()
  const onClose = () => gone.abort()
  response.once('close', onClose)
  await sleep(ms, undefined, { signal: gone.signal }).catch(() => undefined)
  response.off('close', onClose)
}

/** Ends a connection with RST. What the kernel has not sent yet is lost with it. */
export function reset(socket: Socket | null): void {
  socket?.resetAndDestroy()
}

/** Ends a connection with FIN after what was written. */
export function close(socket: Socket | null): void {
  socket?.destroySoon()
}
