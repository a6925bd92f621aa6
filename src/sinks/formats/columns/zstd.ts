import zlib from 'node:zlib'
import { SluiceError } from '../../../errors.js'
import { namesOfPackage } from '../../../package-names.js'

/** One frame of zstd. Without a level it is 3. */
type Compress = (bytes: Uint8Array, level?: number) => Uint8Array

/** Node has it from 22.15 and 23.8 on; the types of Node 20 do not know of it. */
const { zstdCompressSync: nodeCompress } = zlib as {
  zstdCompressSync?: (
    bytes: Uint8Array,
    options: { readonly params: Readonly<Record<number, number>> },
  ) => Uint8Array
}

/** `ZSTD_c_compressionLevel` */
const LEVEL = 100

let compress: Compress | undefined =
  nodeCompress && ((bytes, level = 3) => nodeCompress(bytes, { params: { [LEVEL]: level } }))

/** The options of Parquet and Arrow that name a codec. */
export interface CodecOptions {
  readonly codec?: string | undefined
  readonly bufferCodec?: string | undefined
}

/**
 * Loads a compressor of zstd where the options ask for one that Node lacks. Once it has ended, {@link zstdCompress} works.
 *
 * @throws SluiceError `E_UNSUPPORTED` where Node has none and the package is not installed.
 */
export async function prepareCodec({ codec, bufferCodec }: CodecOptions): Promise<void> {
  if (codec === 'zstd') compress ??= await compressorOfPackage('gzip')
  if (bufferCodec === 'zstd') compress ??= await compressorOfPackage('lz4')
}

/** After {@link prepareCodec} of options with zstd. */
export function zstdCompress(bytes: Uint8Array, level?: number): Uint8Array {
  return compress!(bytes, level)
}

/** Takes 2.5 times as long as Node's own (docs/decisions/zstd-on-node-20.md). */
async function compressorOfPackage(instead: string): Promise<Compress> {
  try {
    const zstd = namesOfPackage(await import('@bokuweb/zstd-wasm'))
    await zstd.init()
    return zstd.compress
  } catch (cause) {
    const message = `zstd needs Node 22.15 or 23.8, or the package @bokuweb/zstd-wasm; this is Node ${process.versions.node}`
    const hint = `npm install @bokuweb/zstd-wasm, or use the codec ${instead}`
    throw new SluiceError('E_UNSUPPORTED', message, { cause, hint })
  }
}
