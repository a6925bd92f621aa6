import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { gunzipSync, constants as zlib } from 'node:zlib'
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

/**
 * Enough of a gzip stream to see what is inside: its header is 10 bytes unless it has a name or a comment
 * into it.
 */
const ENOUGH = 4096
const GZIP_MAGIC = [0x1f, 0x8b] as const

/**
 * The chunks of a result whose reply has this Content-Encoding. `format=msgpack.gz` is asked for with
 * `Accept-Encoding: identity`, so none is expected; a server that labels the very same bytes as `gzip` is understood.
 *
 * Throws `E_ENCODING` for every other encoding, and for a gzip stream inside the gzip stream: then the server has
 * compressed the compressed result once more. What is no gzip at all is left to the reader of the result.
 */
export function plainly(
  contentEncoding: string | undefined,
  chunks: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  const encoding = contentEncoding?.trim().toLowerCase() ?? ''
  if (encoding === '' || encoding === 'identity') return chunks
  if (encoding === 'gzip' || encoding === 'x-gzip') return singleGzip(chunks)
  throw new SluiceError('E_ENCODING', 'the server encoded the result in a way that was not asked for')
}

async function* singleGzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let begun = false
  for await (const chunk of chunks) {
    if (!begun) refuseDoubleGzip(chunk.subarray(0, ENOUGH))
    begun = true
    yield chunk
  }
}

function refuseDoubleGzip(start: Uint8Array): void {
  const inside = firstInflated(start)
  if (!GZIP_MAGIC.every((byte, i) => inside[i] === byte)) return
  throw new SluiceError('E_ENCODING', 'the server compressed the compressed result once more')
}

function firstInflated(start: Uint8Array): Uint8Array {
  try {
    return gunzipSync(start, { finishFlush: zlib.Z_SYNC_FLUSH })
  } catch {
    return new Uint8Array()
  }
}

/**
 * The rest of `chunks` after the first `length` bytes, once those have proved to hash to `digest`: the part of a result
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
