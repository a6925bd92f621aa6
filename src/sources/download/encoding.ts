import { gunzipSync, constants as zlib } from 'node:zlib'
import { SluiceError } from '../../errors.js'

/** Enough of a gzip stream to see what is inside; its header alone can have 64 KiB, but none seen has a tenth of this. */
const ENOUGH = 4096
const GZIP_MAGIC = [0x1f, 0x8b] as const

/**
 * Whether the Content-Encoding of a result needs a look inside. `format=msgpack.gz` is asked for with
 * `Accept-Encoding: identity`, so none is expected; a server that labels the very same bytes as `gzip` is understood.
 *
 * Throws `E_ENCODING` for every other encoding.
 */
export function isLabelledGzip(contentEncoding: string | undefined): boolean {
  const encoding = contentEncoding?.trim().toLowerCase() ?? ''
  if (encoding === '' || encoding === 'identity') return false
  if (encoding === 'gzip' || encoding === 'x-gzip') return true
  throw new SluiceError('E_ENCODING', 'the server encoded the result in a way that was not asked for')
}

/**
 * Throws `E_ENCODING` when the gzip stream that begins with `start` holds another gzip stream: then the server has
 * compressed the compressed result once more. What is no gzip at all is left to the reader of the result.
 */
export function refuseDoubleGzip(start: Uint8Array): void {
  const inside = firstInflated(start.subarray(0, ENOUGH))
  if (GZIP_MAGIC.every((byte, i) => inside[i] === byte)) {
    throw new SluiceError('E_ENCODING', 'the server compressed the compressed result once more')
  }
}

function firstInflated(start: Uint8Array): Uint8Array {
  try {
    return gunzipSync(start, { finishFlush: zlib.Z_SYNC_FLUSH })
  } catch {
    return new Uint8Array()
  }
}
