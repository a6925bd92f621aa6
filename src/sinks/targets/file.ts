import { type Stats, unlinkSync } from 'node:fs'
import { chmod, type FileHandle, link, lstat, rename, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { finished } from 'node:stream/promises'
import { throwIfAborted } from '../../abort.js'
import { ioError, reworded, SluiceError, systemCode } from '../../errors.js'
import { stepError, syncFile, takeStep } from '../../files/commit-steps.js'
import { syncFolder } from '../../files/durable.js'
import { onAbruptEnd } from '../../files/leftovers.js'
import { acquireLock, assertUnlocked, type FileLock } from '../../files/lock.js'
import { assertFinished } from '../assert-finished.js'
import type { OpenOutputOptions, Output } from './contract.js'
import { FdWritable } from './fd-writable.js'
import { copyInto, isMountPoint } from './in-place.js'
import { createPart, partPath, sweepParts } from './part.js'
import { assertReplaceable } from './probe.js'
import { assertAccess, type ResolvedFile } from './resolve-path.js'

/** File systems of whose folders a user was told that they cannot be synced: once is enough. */
const unsyncedTold = new Set<number>()

/** Everything that can be known about a file before it is opened without writing anything. */
export async function checkFile(target: ResolvedFile, clobber = true): Promise<void> {
  if (target.exists && !clobber) throw alreadyThere(target)
  await assertAccess(target)
  assertUnlocked(target.path)
  if (target.exists) assertReplaceable(target)
}

/**
 * A file that is complete or not there. The bytes go to a part file in the same folder; `commit` compares its size,
 * sets its mode, syncs and closes it, renames it to the final name and syncs the folder. At every instant the final
 * name is absent, the old file or the complete new one, whenever the process or the machine stops. A file that is a mount
 * point cannot be renamed over and is overwritten instead; see `copyInto`.
 *
 * A lock beside it keeps a second run out. As parts exist only under the lock, the run that gets the lock may remove
 * those that it finds: they belong to runs that died.
 */
export async function openFile(target: ResolvedFile, options: OpenOutputOptions): Promise<Output> {
  const { path } = target
  const lock = await acquireLock(path, options)
  const part = partPath(path, options.jobId)
  const settled = onAbruptEnd(() => unlinkSync(part))
  try {
    await sweepParts(path, options)
    const handle = await openPart(part, lock.newFileMode)
    return new FileOutput(target, handle, { part, lock, settled }, options)
  } catch (error) {
    settled()
    lock.release()
    throw ioError(error, target.name)
  }
}

/**
 * Opens a part that only its owner may read. Where the mode of a file cannot be changed later, as on some network file
 * systems, it has from the start the mode that the umask gives.
 */
async function openPart(part: string, newFileMode: number): Promise<FileHandle> {
  const handle = await createPart(part)
  try {
    if ((await setMode(handle, part, 0o600)) === undefined) return handle
    await handle.close()
    await unlink(part)
    return await createPart(part, newFileMode)
  } catch (error) {
    await handle.close().catch(() => {})
    await unlink(part).catch(() => {})
    throw error
  }
}

/** Returns the code of the refusal where modes cannot be changed. */
async function setMode(handle: FileHandle, part: string, mode: number): Promise<string | undefined> {
  const refusal = await takeStep('chmod', part, () => handle.chmod(mode))
  // Node's permission model allows that by name only.
  if (refusal !== 'ERR_ACCESS_DENIED') return refusal
  return takeStep('chmod', part, () => chmod(part, mode))
}

interface Held {
  readonly part: string
  readonly lock: FileLock
  /** To be called when the part is gone. */
  readonly settled: () => void
}

class FileOutput implements Output {
  readonly path: string
  readonly writable: FdWritable
  /** Until it is closed: thousands of files of a folder wait for each other before their rename. */
  #handle: FileHandle | undefined
  readonly #target: ResolvedFile
  readonly #held: Held
  readonly #options: OpenOutputOptions
  #ended = false
  /** The part is the only complete copy there is. */
  #isPartNeeded = false

  constructor(target: ResolvedFile, handle: FileHandle, held: Held, options: OpenOutputOptions) {
    this.path = target.path
    this.#handle = handle
    this.writable = new FdWritable(handle.fd, target.name, {
      onTaken: options.onTaken,
      durable: true,
    })
    this.#target = target
    this.#held = held
    this.#options = options
  }

  get bytesWritten(): number {
    return this.writable.bytesWritten
  }

  async commit(): Promise<void> {
    const { name } = this.#target
    try {
      await this.#complete()
      await this.#options.beforePublish?.()
      await this.#publish()
    } catch (error) {
      const reason = this.#held.lock.reasonFor(error)
      await this.discard()
      throw ioError(reason, name)
    }
    try {
      const refusal = await syncFolder(dirname(this.path))
      if (refusal !== undefined) await this.#tellUnsynced(refusal)
    } catch (error) {
      const failure = ioError(error, `the folder ${dirname(this.path)}`)
      throw reworded(failure, {
        message: `${name} is complete, but its durability is not confirmed: ${failure.message}`,
      })
    } finally {
      this.#end()
    }
  }

  async discard(): Promise<void> {
    if (this.#ended) return
    await closed(this.writable)
    await this.#handle?.close().catch(() => {})
    if (!this.#isPartNeeded) await unlink(this.#held.part).catch(() => {})
    this.#end()
  }

  /** Part file: all there, with the mode it is to have, on the disk. */
  async #complete(): Promise<void> {
    const handle = this.#handle!
    const { name } = this.#target
    assertFinished(this.writable, name)
    await closed(this.writable)
    // Thousands of files of a folder wait for each other, each with what its encoder listened with.
    this.writable.removeAllListeners()
    const own = await handle.stat()
    if (own.size !== this.bytesWritten) {
      throw new SluiceError(
        'E_IO',
        `${name}: ${this.bytesWritten} bytes were written, the file holds ${own.size}`,
      )
    }
    const old = await stat(this.path).catch(ignore('ENOENT'))
    if (old !== undefined) await this.#keepOwner(handle, own, old)
    await this.#setMode(handle, own, old === undefined ? this.#held.lock.newFileMode : old.mode & 0o777)
    await takeStep('fsync', name, () => syncFile(handle))
    await takeStep('close', name, () => handle.close())
    this.#handle = undefined
  }

  /** Only a privileged process may keep another owner; for the others the file changes hands. */
  async #keepOwner(handle: FileHandle, own: Stats, { uid, gid }: Stats): Promise<void> {
    if (own.uid === uid && own.gid === gid) return
    const { name } = this.#target
    const refusal = await takeStep('chown', name, () => handle.chown(uid, gid))
    if (refusal === undefined) return
    // Members of its group keep their access where that is possible.
    const isGroupLost = (await takeStep('chown', name, () => handle.chown(own.uid, gid))) !== undefined
    const lost = isGroupLost ? `owner and group ${uid}:${gid}` : `owner ${uid}`
    this.#tell('N_OWNER_CHANGED', `${name} does not keep its ${lost}: ${refusal} (chown)`)
  }

  async #setMode(handle: FileHandle, own: Stats, mode: number): Promise<void> {
    if ((own.mode & 0o777) === mode) return
    const refusal = await setMode(handle, this.#held.part, mode)
    if (refusal === undefined) return
    const message = `has mode ${octal((await handle.stat()).mode)} and not ${octal(mode)}: ${refusal} (chmod)`
    this.#tell('N_MODE_REFUSED', `${this.#target.name} ${message}`)
  }

  async #publish(): Promise<void> {
    const { part, lock } = this.#held
    lock.assertHeld()
    throwIfAborted(this.#options.signal)
    if (this.#options.clobber ?? true) return this.#replace()
    const refusal = await takeStep('link', this.#target.name, () =>
      link(part, this.path).catch((error) => {
        throw systemCode(error) === 'EEXIST' ? alreadyThere(this.#target) : error
      }),
    )
    if (refusal === undefined) await unlink(part).catch(() => {})
    else await this.#renameUnlessThere(refusal)
  }

  /**
   * Without hard links nothing else makes a name only where there is none. The lock keeps other runs out, but no other
   * program between the look and the rename.
   */
  async #renameUnlessThere(refusal: string): Promise<void> {
    const { name } = this.#target
    const found = await lstat(this.path).catch(ignore('ENOENT'))
    if (found !== undefined) throw alreadyThere(this.#target)
    await takeStep('rename', name, () => rename(this.#held.part, this.path))
    const weaker = 'another program that made it at the very moment of the rename has lost its file'
    this.#tell('N_NO_HARD_LINKS', `${name} lies where there are no hard links: ${refusal} (link); ${weaker}`)
  }

  async #replace(): Promise<void> {
    const { part } = this.#held
    const { name } = this.#target
    try {
      return await rename(part, this.path)
    } catch (error) {
      if (!(await isMountPoint(this.path, error))) throw stepError('rename', error, name)
    }
    await copyInto(this.path, part, name, () => {
      this.#isPartNeeded = true
    })
    this.#isPartNeeded = false
    await unlink(part).catch(() => {})
    const weaker = 'a crash in the middle would have damaged it; mount its folder to have it replaced at once'
    this.#tell('N_WRITTEN_IN_PLACE', `${name} is a mount point and was written in place: ${weaker}`)
  }

  async #tellUnsynced(refusal: string): Promise<void> {
    const folder = dirname(this.path)
    const { dev } = await stat(folder)
    if (unsyncedTold.has(dev)) return
    unsyncedTold.add(dev)
    const weaker = 'a power failure within the next seconds may bring the old state of the folder back'
    this.#tell('N_FOLDER_NOT_SYNCED', `the folder ${folder} cannot be synced: ${refusal} (fsync); ${weaker}`)
  }

  #tell(code: string, message: string): void {
    this.#options.notice?.({ code, message })
  }

  #end(): void {
    this.#ended = true
    this.#held.settled()
    this.#held.lock.release()
  }
}

/** Destroys a stream and waits until the write that was under way has ended. */
async function closed(writable: FdWritable): Promise<void> {
  writable.destroy()
  await finished(writable, { cleanup: true }).catch(() => {})
}

function alreadyThere({ name }: ResolvedFile): SluiceError {
  return new SluiceError('E_EXISTS', `${name} exists and is not to be replaced`)
}

function ignore(code: string): (error: unknown) => undefined {
  return (error) => {
    if (systemCode(error) !== code) throw error
  }
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8)
}
