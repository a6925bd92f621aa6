import { gunzipSync, constants as zlib } from 'node:zlib'
import { SluiceError } from '../../errors.js'

/**
 * Enough of a gzip stream to see what is inside: its header is 10 bytes where nobody put a name or a comment
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
