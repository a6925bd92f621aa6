import { close, constants, createReadStream, fstat, open } from 'node:fs'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { SluiceError } from '../errors.js'

/** A local file or FIFO as a stream, which closes it. */
export interface LocalBytes {
  readonly readable: Readable
  /** Of a regular file. */
  readonly size: number | undefined
  readonly isFifo: boolean
}

/**
 * Opens a local file, or a FIFO whose writer may not have come yet. Rejects with what the system says.
 *
 * @param highWaterMark bytes that are read at once
 * @throws SluiceError `E_IO` for a folder.
 */
export async function openLocal(path: string, highWaterMark: number): Promise<LocalBytes> {
  // Opening a FIFO the other way would block a thread of the pool, with no way out, until a writer comes.
  const fd = await promisify(open)(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stats = await promisify(fstat)(fd)
    if (stats.isDirectory()) throw new SluiceError('E_IO', `${path} is a folder`)
    if (stats.isFIFO())
      return { readable: new Socket({ fd, writable: false }), size: undefined, isFifo: true }
    const readable = createReadStream(path, { fd, highWaterMark })
    return { readable, size: stats.isFile() ? stats.size : undefined, isFifo: false }
  } catch (error) {
    await promisify(close)(fd)
    throw error
  }
}
