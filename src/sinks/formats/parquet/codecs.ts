import zlib from 'node:zlib'
import type { ColumnVectors } from '../../../kernel/columns/vectors.js'
import type { ParquetCodec } from '../../../model/option-types.js'
import { zstdCompress } from '../columns/zstd.js'

/**
 * Compresses bytes of pages and dictionaries; the result is valid as long as they are. See
 * https://github.com/apache/parquet-format/blob/master/Compression.md
 */
export type Compress = (bytes: Uint8Array) => Uint8Array

/** zlib's own. Level 4 takes half the time, but repetitive texts are twice as large. */
const GZIP_LEVEL = 6

/** `undefined` for none. */
export function compressWith(
  codec: ParquetCodec,
  level: number | undefined,
  vectors: ColumnVectors,
): Compress | undefined {
  switch (codec) {
    case 'snappy':
      return (bytes) => vectors.snappy(bytes)
    case 'lz4_raw':
      return (bytes) => vectors.lz4Block(bytes)
    case 'gzip':
      return (bytes) => zlib.gzipSync(bytes, { level: level ?? GZIP_LEVEL })
    case 'zstd':
      return (bytes) => zstdCompress(bytes, level)
    case 'none':
      return undefined
    default:
      return codec satisfies never
  }
}
