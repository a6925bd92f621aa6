import zlib from 'node:zlib'
import { SluiceError } from '../../../errors.js'

/** Node has it from 22.15 and 23.8 on; the types of Node 20 do not know of it. */
export const { zstdCompressSync: zstdCompress } = zlib as {
  zstdCompressSync?: (
    bytes: Uint8Array,
    options?: { readonly params: Readonly<Record<number, number>> },
  ) => Uint8Array
}

/** @throws SluiceError `E_UNSUPPORTED` where Node has none, with the codec to use `instead`. */
export function requireZstd(instead: string): void {
  if (zstdCompress !== undefined) return
  throw new SluiceError(
    'E_UNSUPPORTED',
    `zstd needs Node 22.15 or 23.8; this is Node ${process.versions.node}`,
    { hint: `use the codec ${instead} instead` },
  )
}
