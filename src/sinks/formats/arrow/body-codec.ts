import { Buffer } from 'node:buffer'
import type { ColumnVectors } from '../../../kernel/columns/vectors.js'
import type { Turn } from '../columns/turn.js'

/** How the buffers of a body are compressed. */
export interface BodyCodec {
  /** The number of the codec in the format. */
  readonly number: number
  /** The result is valid until the vectors are used again. */
  compress(bytes: Uint8Array): Uint8Array
}

/** Before each compressed buffer is its length, or this where it is not compressed after all. */
const NOT_COMPRESSED = -1n

/**
 * Compresses each buffer of the batch: https://arrow.apache.org/docs/format/Columnar.html#compression. The pieces make the
 * body; each begins at a multiple of 8.
 */
export async function compressBody(
  vectors: ColumnVectors,
  { compress }: BodyCodec,
  turn: Turn,
): Promise<{ readonly pieces: readonly Uint8Array[]; readonly buffers: Uint8Array }> {
  const buffers = Buffer.from(vectors.arrow.buffers)
  const pieces: Buffer[] = []
  let at = 0
  for (let i = 0; i < buffers.length; i += 16) {
    const start = Number(buffers.readBigInt64LE(i))
    const length = Number(buffers.readBigInt64LE(i + 8))
    let bytes = 0
    if (length > 0) {
      // Compressing may move the memory: buffers are looked for anew.
      const packed = compress(vectors.arrow.body.subarray(start, start + length))
      const isSmaller = packed.length < length
      const kept = isSmaller ? packed : vectors.arrow.body.subarray(start, start + length)
      bytes = 8 + kept.length
      const piece = Buffer.alloc(Math.ceil(bytes / 8) * 8)
      piece.writeBigInt64LE(isSmaller ? BigInt(length) : NOT_COMPRESSED)
      piece.set(kept, 8)
      pieces.push(piece)
    }
    buffers.writeBigInt64LE(BigInt(at), i)
    buffers.writeBigInt64LE(BigInt(bytes), i + 8)
    at += Math.ceil(bytes / 8) * 8
    await turn.pause()
  }
  return { pieces, buffers }
}
