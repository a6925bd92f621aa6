import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { destroyQuietly } from '../../abort.js'
import { ioError, SluiceError } from '../../errors.js'
import { bodyOf } from '../../sources/body.js'
import type { ByteInput } from './byte-stream.js'

const READ_SIZE = 256 * 1024

/** The bytes of a file from its beginning. @throws SluiceError `E_IO` when it cannot be read. */
export async function fileInput(path: string): Promise<ByteInput> {
  try {
    const handle = await open(path)
    const stats = await handle.stat()
    if (stats.isDirectory()) {
      await handle.close()
      throw new SluiceError('E_IO', `${path} is a folder`)
    }
    const size = stats.isFile() ? stats.size : undefined
    // The stream closes the file.
    const readable = createReadStream(path, { fd: handle, highWaterMark: READ_SIZE })
    return streamInput(readable, path, size)
  } catch (error) {
    throw ioError(error, path)
  }
}

/** The bytes of a stream, which is destroyed when the reading ends early. */
export function streamInput(readable: Readable, name: string, size?: number): ByteInput {
  const body = bodyOf(readable, name, size)
  return { body, name, size, close: async () => destroyQuietly(body) }
}
