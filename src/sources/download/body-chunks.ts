import type { Readable } from 'node:stream'
import { SluiceError } from '../../errors.js'

/**
 * The chunks of a body of at most `length` bytes, each waited for no longer than `idleMs`. The clock runs
 * only while a chunk is wanted, so a slow reader downstream never makes a healthy server look silent. Leaving
 * the iteration early destroys the body.
 *
 * Throws `E_TIMEOUT`, and `E_SIZE_MISMATCH` for a body that is longer.
 */
export async function* chunksOf(
  body: Readable,
  idleMs: number,
  length = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array> {
  let received = 0
  const giveUp = () => {
    body.destroy(new SluiceError('E_TIMEOUT', `the server sent nothing for ${idleMs / 1000} s`))
  }
  let timer = setTimeout(giveUp, idleMs)
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      clearTimeout(timer)
      received += chunk.length
      if (received > length)
        throw new SluiceError('E_SIZE_MISMATCH', 'the server sent more bytes than it announced')
      yield chunk
      timer = setTimeout(giveUp, idleMs)
    }
  } finally {
    clearTimeout(timer)
  }
}
