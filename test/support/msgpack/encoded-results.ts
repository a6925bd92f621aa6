import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { Encoder } from '@msgpack/msgpack'
import type { OpenSource, Source } from '../../../src/sources/contract.js'

/** Rows as the API sends them, before gzip. `bigint` cells become 64-bit integers. */
export function packRows(rows: readonly unknown[][]): Buffer {
  const encoder = new Encoder({ useBigInt64: true })
  return Buffer.concat(rows.map((row) => encoder.encode(row)))
}

/** `bytes` cut into pieces of `size`, the last one shorter. */
export function pieces(bytes: Uint8Array, size: number): Uint8Array[] {
  const count = Math.ceil(bytes.byteLength / size)
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * size, (i + 1) * size))
}

export interface MemorySourceOptions extends Partial<OpenSource> {
  /** Bytes a chunk of the body has. Default: all in one. */
  chunkBytes?: number
}

/** A source of bytes in memory, with whatever a job record would announce. */
export function memorySource(bytes: Uint8Array, options: MemorySourceOptions = {}): Source {
  const { chunkBytes = Math.max(bytes.byteLength, 1), ...announced } = options
  return {
    kind: 'stream',
    open: async () => ({
      body: Readable.from(pieces(bytes, chunkBytes), { objectMode: false }),
      compression: 'gzip',
      schemaText: null,
      jobId: undefined,
      expectedRows: undefined,
      expectedBytes: undefined,
      ...announced,
    }),
  }
}

/** A gzip'd result with its schema and true counts. */
export function resultOf(
  schema: readonly (readonly [string, string])[],
  rows: readonly unknown[][],
  announced: MemorySourceOptions = {},
): Source {
  const bytes = gzipSync(packRows(rows))
  return memorySource(bytes, {
    schemaText: JSON.stringify(schema),
    expectedRows: rows.length,
    expectedBytes: bytes.byteLength,
    jobId: '42',
    ...announced,
  })
}
