import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'
import { requireShape, SluiceError } from '../../errors.js'
import { COMPRESSION_LEVEL, COMPRESSIONS, type Compression } from '../../model/formats.js'
import { checkOptions } from '../../usage.js'

/** Options of {@link compress}. */
export interface CompressorOptions {
  /** 1 is fastest, larger is smaller: 9 at most for gzip, 22 for zstd. @default 3 */
  level?: number
}

/** zstd came to Node in 22.15 and 23.8; the types are those of Node 20. */
interface Zstd {
  readonly createZstdCompress?: (options: zlib.ZlibOptions & { params: Record<number, number> }) => Transform
}

/** Names of zstd parameters, numbered as in zstd.h. */
const ZSTD_C_COMPRESSION_LEVEL = 100
const ZSTD_C_CHECKSUM_FLAG = 201

/** Room on either side, so that the thread that compresses and the main thread need not wait for each other. */
const STREAM_OPTIONS = {
  chunkSize: 256 * 1024,
  readableHighWaterMark: 1024 * 1024,
  writableHighWaterMark: 1024 * 1024,
}

/**
 * Compresses a stream as one gzip member (RFC 1952) or one zstd frame (RFC 8878) with a checksum. Neither holds a name or
 * a time: the same bytes give the same file.
 *
 * @example
 * encoded.pipe(compress('gzip', { level: 9 })).pipe(createWriteStream('result.csv.gz'))
 * @throws SluiceError at once: `E_UNSUPPORTED` when this Node has no zstd, `E_USAGE` for a compression, a level or an
 *   option that does not exist.
 */
export function compressor(kind: Exclude<Compression, 'none'>, options: CompressorOptions = {}): Transform {
  requireShape(Object.hasOwn(COMPRESSIONS, kind), 'the compression', Object.keys(COMPRESSIONS).join(' or '))
  checkOptions(options, 'compress', { level: 'number' })
  const level = options.level ?? COMPRESSION_LEVEL
  if (!Number.isInteger(level) || level < 1 || level > COMPRESSIONS[kind].levels) {
    throw new SluiceError(
      'E_USAGE',
      `the level of ${kind} is a whole number from 1 to ${COMPRESSIONS[kind].levels}`,
    )
  }
  if (kind === 'gzip') return zlib.createGzip({ ...STREAM_OPTIONS, level })
  const { createZstdCompress } = zlib as Zstd
  if (createZstdCompress === undefined) {
    throw new SluiceError('E_UNSUPPORTED', `zstd needs Node 22.15 or newer; this is ${process.version}`, {
      hint: 'write .gz instead, or run a newer Node',
    })
  }
  return createZstdCompress({
    ...STREAM_OPTIONS,
    params: { [ZSTD_C_COMPRESSION_LEVEL]: level, [ZSTD_C_CHECKSUM_FLAG]: 1 },
  })
}
