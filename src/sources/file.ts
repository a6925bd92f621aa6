import { close, constants, createReadStream, fstat, open } from 'node:fs'
import { Socket } from 'node:net'
import { promisify } from 'node:util'
import { ioError, SluiceError } from '../errors.js'
import { bodyOf } from './body.js'
import type { OpenSource, Source } from './contract.js'
import { type LocalOptions, localSource } from './local.js'

/** Larger than what waits in the stages behind: with each piece the inflater starts anew, and its thread waits. */
const READ_SIZE = 1024 * 1024

/** A local file of msgpack rows, gzip'd or not, or a FIFO. Opening it throws `E_IO` when it cannot be read. */
export function file(path: string, options: LocalOptions = {}): Source {
  return {
    kind: 'file',
    open: async () => {
      try {
        return await openFile(path, options)
      } catch (error) {
        throw ioError(error, path)
      }
    },
  }
}

async function openFile(path: string, options: LocalOptions): Promise<OpenSource> {
  // Opening a FIFO the other way would block a thread of the pool, with no way out, until a writer comes.
  const fd = await promisify(open)(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stats = await promisify(fstat)(fd)
    if (stats.isDirectory()) throw new SluiceError('E_IO', `${path} is a folder`)
    if (stats.isFIFO()) return localSource(bodyOf(new Socket({ fd, writable: false }), path), options)
    const readable = createReadStream(path, { fd, highWaterMark: READ_SIZE })
    const size = stats.isFile() ? stats.size : undefined
    return localSource(bodyOf(readable, path, size), options, size)
  } catch (error) {
    await promisify(close)(fd)
    throw error
  }
}
