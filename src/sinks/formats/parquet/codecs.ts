import zlib from 'node:zlib'
import type { ColumnVectors } from '../../../kernel/columns/vectors.js'
import type { ParquetCodec } from '../../../model/formats.js'
import { requireZstd, zstdCompress } from '../columns/zstd.js'

/**
 * Compresses bytes of pages and dictionaries; the result is valid as long as they are. See
 * https://github.com/apache/parquet-format/blob/master/Compression.md
 */
export type Compress = (bytes: Uint8Array) => Uint8Array

/** Quick, and hardly larger than the default level 6 on pages that are dictionary encoded already. */
const GZIP_LEVEL = 4

/** @throws SluiceError `E_UNSUPPORTED` for zstd where Node has none. */
export function assertCodec(codec: ParquetCodec): void {
  if (codec === 'zstd') requireZstd('gzip')
}

/** `undefined` for none. */
export function compressWith(codec: ParquetCodec, vectors: ColumnVectors): Compress | undefined {
  switch (codec) {
    case 'snappy':
      return (bytes) => vectors.snappy(bytes)
    case 'gzip':
      return (bytes) => zlib.gzipSync(bytes, { level: GZIP_LEVEL })
    case 'zstd':
      return zstdCompress
    case 'none':
      return undefined
    default:
      return codec satisfies never
  }
}
