import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'

/** Bytes that can be sent whole or in ranges. They do not change; a new result is a new body. */
export interface ResultBody {
  readonly size: number
  /** A strong entity tag, quotes included. */
  readonly etag: string
  /** The bytes `start` (inclusive) to `end` (exclusive). */
  read(start: number, end: number): AsyncIterable<Uint8Array>
  /** Gives back what it takes; it is not read any more. Never rejects. */
  discard?(): Promise<void>
}

const CHUNK_BYTES = 256 * 1024

/** A strong entity tag from a digest of the bytes. */
export function etagOf(digest: string): string {
  return `"${digest.slice(0, 32)}"`
}

export function memoryBody(bytes: Uint8Array): ResultBody {
  return {
    size: bytes.length,
    etag: etagOf(createHash('sha256').update(bytes).digest('hex')),
    async *read(start, end) {
      for (let at = start; at < end; at += CHUNK_BYTES)
        yield bytes.subarray(at, Math.min(end, at + CHUNK_BYTES))
    },
  }
}

export function fileBody(path: string, size: number, etag: string): ResultBody {
  return {
    size,
    etag,
    async *read(start, end) {
      if (start < end) yield* createReadStream(path, { start, end: end - 1, highWaterMark: CHUNK_BYTES })
    },
    discard: () => rm(path, { force: true }).catch(() => undefined),
  }
}
