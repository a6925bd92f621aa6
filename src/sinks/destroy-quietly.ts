import type { Writable } from 'node:stream'

/** Destroys a stream that nobody may be listening to any more. */
export function destroyQuietly(stream: Pick<Writable, 'on' | 'destroy'>, reason?: Error): void {
  stream.on('error', () => {})
  stream.destroy(reason)
}
