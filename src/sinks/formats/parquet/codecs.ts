import zlib from 'node:zlib'
import { SluiceError } from '../../../errors.js'
import type { ColumnVectors } from '../../../kernel/columns/vectors.js'
import type { ParquetCodec } from '../../../model/formats.js'

/**
 * Compresses bytes of pages and dictionaries; the result is valid as long as they are. See
 * https://github.com/apache/parquet-format/blob/master/Compression.md
 */
export type Compress = (bytes: Uint8Array) => Uint8Array

/** Node has it from 22.15 and 23.8 on; the types of Node 20 do not know of it. */
const { zstdCompressSync } = zlib as { zstdCompressSync?: Compress }

/** Quick, and hardly larger than the default level 6 on pages that are dictionary encoded already. */
const GZIP_LEVEL = 4

/** @throws SluiceError `E_UNSUPPORTED` for zstd where Node has none. */
export function assertCodec(codec: ParquetCodec): void {
  if (codec !== 'zstd' || zstdCompressSync !== undefined) return
  throw new SluiceError(
    'E_UNSUPPORTED',
    `zstd needs Node 22.15 or 23.8; this is Node ${process.versions.node}`,
    {
      hint: 'use the codec gzip instead',
    },
  )
}

/** `undefined` for none. */
export function compressWith(codec: ParquetCodec, vectors: ColumnVectors): Compress | undefined {
  switch (codec) {
    case 'snappy':
      return (bytes) => vectors.snappy(bytes)
    case 'gzip':
      return (bytes) => zlib.gzipSync(bytes, { level: GZIP_LEVEL })
    case 'zstd':
      return zstdCompressSync
    case 'none':
      return undefined
    default:
      return codec satisfies never
  }
}
