import { open } from 'node:fs/promises'
import { ioError } from '../../errors.js'

/** A file of which any part can be read. */
export interface RandomFile {
  readonly byteLength: number
  /** The bytes from `from` up to `to`, or to the end. */
  slice(from: number, to?: number): Promise<ArrayBuffer>
  /** Never rejects. */
  close(): Promise<void>
}

/** A local file. @throws SluiceError `E_IO` when it cannot be read. */
export async function localFile(path: string): Promise<RandomFile> {
  const handle = await open(path).catch((error: unknown) => {
    throw ioError(error, path)
  })
  const { size } = await handle.stat()
  return {
    byteLength: size,
    slice: async (from, to = size) => {
      const bytes = new Uint8Array(Math.max(0, to - from))
      try {
        const { bytesRead } = await handle.read(bytes, 0, bytes.length, from)
        return bytes.buffer.slice(0, bytesRead)
      } catch (error) {
        throw ioError(error, path)
      }
    },
    close: () => handle.close().catch(() => {}),
  }
}
