import { createHash } from 'node:crypto'
import { SluiceError } from '../../errors.js'

/**
 * What follows the first `length` bytes of `chunks`, once those have proved to hash to `digest`: the part of a result
 * that was delivered before is read again, and is the same. Calls `onProven` then.
 *
 * Throws `E_RESULT_CHANGED`.
 */
export async function* afterReplay(
  chunks: AsyncIterable<Uint8Array>,
  length: number,
  digest: string,
  onProven: () => void,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  let missing = length
  for await (const chunk of chunks) {
    if (missing === 0) {
      yield chunk
      continue
    }
    const known = chunk.subarray(0, missing)
    hash.update(known)
    missing -= known.length
    if (missing > 0) continue
    if (hash.digest('hex') !== digest) {
      const message = `the result on the server is another one than the ${length} bytes read so far`
      throw new SluiceError('E_RESULT_CHANGED', message)
    }
    onProven()
    if (chunk.length > known.length) yield chunk.subarray(known.length)
  }
}
