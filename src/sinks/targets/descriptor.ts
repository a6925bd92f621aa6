import { fstat, fsync } from 'node:fs'
import { finished } from 'node:stream/promises'
import { promisify } from 'node:util'
import { ioError, systemCode } from '../../errors.js'
import { assertFinished } from '../assert-finished.js'
import type { OpenOutputOptions, Output } from './contract.js'
import { FdWritable } from './fd-writable.js'

/** An open descriptor that takes the bytes as they come: there is nothing to rename, and nothing to take back. */
export function openDescriptor(
  fd: number,
  name: string,
  close: () => Promise<void>,
  { onTaken }: OpenOutputOptions = {},
): Output {
  const writable = new FdWritable(fd, name, { onTaken })
  let closing: Promise<void> | undefined
  const closeOnce = () => {
    closing ??= close()
    return closing
  }
  const discard = async () => {
    writable.destroy()
    await finished(writable).catch(() => {})
    await closeOnce().catch(() => {})
  }
  return {
    writable,
    path: undefined,
    get bytesWritten() {
      return writable.bytesWritten
    },
    async commit() {
      try {
        assertFinished(writable, name)
        await sync(fd)
        await closeOnce()
      } catch (error) {
        await discard()
        throw ioError(error, name)
      }
    },
    discard,
  }
}

/**
 * A device has no disk to sync to and says EINVAL; from a file that would be a failure. Node's permission model allows no
 * sync of a descriptor.
 */
async function sync(fd: number): Promise<void> {
  try {
    await promisify(fsync)(fd)
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ERR_ACCESS_DENIED') return
    if (code !== 'EINVAL' || (await promisify(fstat)(fd)).isFile()) throw error
  }
}
