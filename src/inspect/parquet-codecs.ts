import * as zlib from 'node:zlib'
import type { Compressors } from 'hyparquet'
import { SluiceError } from '../errors.js'
import { lz4Block, lz4Hadoop } from './lz4.js'
import { unsnappy } from './snappy.js'
import { unzstdSync } from './tables/zstd.js'

type Unpack = (input: Uint8Array, options: { maxOutputLength: number }) => Uint8Array

/** zstd came to Node in 22.15, which compares the checksums of frames as well. */
const { zstdDecompressSync } = zlib as { zstdDecompressSync?: Unpack }

/** How pages are unpacked, by the name of the codec in the footer. None makes more than the length that is told. */
export const COMPRESSORS: Compressors = {
  GZIP: (input, length) => unpacked(zlib.gunzipSync, input, length),
  BROTLI: (input, length) => unpacked(zlib.brotliDecompressSync, input, length),
  ZSTD: (input, length) =>
    zstdDecompressSync === undefined
      ? unzstdSync(input, length)
      : unpacked(zstdDecompressSync, input, length),
  // Some writers leave out what is empty.
  SNAPPY: (input, length) => (length === 0 ? new Uint8Array() : unsnappy(input, length)),
  LZ4_RAW: (input, length) => lz4Block(input, new Uint8Array(length)),
  LZ4: (input, length) => lz4Hadoop(input, length) ?? lz4Block(input, new Uint8Array(length)),
}

/** The bytes of a page or of a part of it. @throws SluiceError `E_UNSUPPORTED` for a codec that is not known here. */
export function unpackPage(codec: string, input: Uint8Array, length: number): Uint8Array {
  if (codec === 'UNCOMPRESSED') return input
  const unpack = COMPRESSORS[codec as keyof Compressors]
  if (unpack !== undefined) return unpack(input, length)
  throw new SluiceError('E_UNSUPPORTED', `the file is packed with ${codec}, which cannot be read here`)
}

/** Node takes no limit of 0, which is the length of a dictionary without values: that of a column of NULLs. */
function unpacked(unpack: Unpack, input: Uint8Array, length: number): Uint8Array {
  return length === 0 ? new Uint8Array() : new Uint8Array(unpack(input, { maxOutputLength: length }))
}
