import type { Readable } from 'node:stream'
import { destroyQuietly, interruption } from '../../abort.js'
import { ioError } from '../../errors.js'
import { bodyOf } from '../../sources/body.js'
import { openLocal } from '../../sources/open-local.js'
import type { ByteInput } from './byte-stream.js'

const READ_SIZE = 256 * 1024

interface InputOptions {
  /** Ends the reading, also while nothing comes. */
  readonly signal: AbortSignal | undefined
  /** How many bytes there are, where known. */
  readonly size?: number | undefined
}

/** The bytes of a file from its beginning, or of a FIFO. @throws SluiceError `E_IO` when it cannot be read. */
export async function fileInput(path: string, signal: AbortSignal | undefined): Promise<ByteInput> {
  try {
    const { readable, size } = await openLocal(path, READ_SIZE)
    return streamInput(readable, path, { signal, size })
  } catch (error) {
    throw ioError(error, path)
  }
}

/** The bytes of a stream, which is destroyed when the reading ends early, with the reason of the signal where that ends it. */
export function streamInput(readable: Readable, name: string, { signal, size }: InputOptions): ByteInput {
  const body = bodyOf(readable, name, size)
  // Nobody may be reading when it ends.
  body.on('error', () => {})
  const stop = () => body.destroy(interruption(signal!))
  if (signal?.aborted) stop()
  signal?.addEventListener('abort', stop, { once: true })
  return {
    body,
    name,
    size,
    close: async () => {
      signal?.removeEventListener('abort', stop)
      destroyQuietly(body)
    },
  }
}
