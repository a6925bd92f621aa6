import { createHash } from 'node:crypto'
import type { Output } from './targets/contract.js'

/**
 * Hashes what an output stores from now on, on the writer's thread: Node hashes a stream on no other. A stage of its
 * own would cost a second pass through queues.
 *
 * @returns what gives the SHA-256 in hexadecimal, once, at the end
 */
export function hashWrites({ writable: given, encryption }: Output): () => string {
  const writable = encryption?.stored ?? given
  const hash = createHash('sha256')
  const write = writable.write.bind(writable) as (...args: unknown[]) => boolean
  writable.write = (chunk: Uint8Array, ...rest: unknown[]) => {
    hash.update(chunk)
    return write(chunk, ...rest)
  }
  return () => {
    // Thousands of files of a folder wait for each other; the hash of each would wait with it.
    writable.write = write
    return hash.digest('hex')
  }
}
