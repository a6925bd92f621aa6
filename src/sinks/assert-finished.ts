import type { Writable } from 'node:stream'
import { SluiceError } from '../errors.js'

/**
 * Throws unless `writable` took everything that was written to it. A failed stream throws its own failure, so that a
 * `commit` after it names the cause; a stream that was not ended is `E_INTERNAL`, a mistake of the caller.
 *
 * @param name what the message calls it
 */
export function assertFinished(writable: Writable, name: string): void {
  if (writable.errored) throw writable.errored
  if (!writable.writableFinished) throw new SluiceError('E_INTERNAL', `${name} is not finished yet`)
}
