import { constants, open } from 'node:fs'
import { open as openHandle } from 'node:fs/promises'
import { Socket } from 'node:net'
import { promisify } from 'node:util'
import { sleep } from '../../abort.js'
import { ioError, systemCode } from '../../errors.js'
import type { OpenOutputOptions, Output } from './contract.js'
import { openDescriptor } from './descriptor.js'
import type { ResolvedDevice } from './resolve-path.js'
import { openStream } from './stream.js'

const READER_POLL = 50

/** A FIFO or a device, written as the bytes come. */
export async function openDevice(target: ResolvedDevice, options: OpenOutputOptions): Promise<Output> {
  const { name, path } = target
  try {
    if (target.fifo) return openStream(await openFifo(target, options), options, name)
    // A descriptor inherited from a shell may be a file that others append to as well.
    const handle = await openHandle(path, constants.O_WRONLY | constants.O_APPEND)
    return openDescriptor(handle.fd, name, () => handle.close(), options)
  } catch (error) {
    throw ioError(error, name)
  }
}

/**
 * Waits for the reader of a FIFO by trying, every 50 ms. An `open` that blocks would hold a thread of the pool that
 * nothing can interrupt: not even `process.exit` gets past it.
 */
async function openFifo(target: ResolvedDevice, { signal, notice }: OpenOutputOptions): Promise<Socket> {
  for (let told = false; ; ) {
    const fd = await openNow(target.path)
    if (fd !== undefined) return new Socket({ fd, readable: false, writable: true })
    if (!told) notice?.({ code: 'N_WAITING_FOR_READER', message: `waiting for a reader of ${target.name}` })
    told = true
    await sleep(READER_POLL, signal)
  }
}

/** Opens for writing without waiting; `undefined` when the FIFO has no reader. */
async function openNow(path: string): Promise<number | undefined> {
  try {
    return await promisify(open)(path, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch (error) {
    if (systemCode(error) === 'ENXIO') return undefined
    throw error
  }
}
