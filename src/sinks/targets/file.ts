import { constants, unlinkSync } from 'node:fs'
import { type FileHandle, link, open, readdir, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { finished } from 'node:stream/promises'
import { throwIfAborted } from '../../abort.js'
import { ioError, messageOf, SluiceError, systemCode } from '../../errors.js'
import { syncFolder } from '../../files/durable.js'
import { onAbruptEnd } from '../../files/leftovers.js'
import { acquireLock, assertUnlocked, type FileLock } from '../../files/lock.js'
import { hiddenPrefix, randomToken } from '../../files/names.js'
import { assertFinished } from '../assert-finished.js'
import type { OpenOutputOptions, Output } from './contract.js'
import { FdWritable } from './fd-writable.js'
import { assertAccess, type ResolvedFile } from './resolve-path.js'

const PART = /^[\w-]{1,40}\.[0-9a-f]{16}\.part$/

/** Everything that can be known about a file before it is opened; see `Target.prepare`. */
export async function checkFile(target: ResolvedFile, clobber = true): Promise<void> {
  if (target.exists && !clobber) throw alreadyThere(target)
  await assertAccess(target)
  assertUnlocked(target.path)
}

/**
 * A file that is complete or not there. The bytes go to a part file in the same folder; `commit` compares its size,
 * sets its mode, syncs and closes it, renames it to the final name and syncs the folder. At every instant the final
 * name is absent, the old file or the complete new one, whenever the process or the machine stops.
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
    await sweep(path, options)
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
    const handle = await open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
    return new FileOutput(target, { handle, part, lock, settled }, options)
  } catch (error) {
    settled()
    lock.release()
    throw ioError(error, target.name)
  }
}

interface Held {
  readonly handle: FileHandle
  readonly part: string
  readonly lock: FileLock
  /** To be called when the part is gone. */
  readonly settled: () => void
}

class FileOutput implements Output {
  readonly path: string
  readonly writable: FdWritable
  readonly #target: ResolvedFile
  readonly #held: Held
  readonly #options: OpenOutputOptions
  #ended = false

  constructor(target: ResolvedFile, held: Held, options: OpenOutputOptions) {
    this.path = target.path
    this.writable = new FdWritable(held.handle.fd, target.name, {
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
    try {
      await this.#complete()
      await this.#options.beforePublish?.()
      await this.#publish()
    } catch (error) {
      const reason = this.#held.lock.reasonFor(error)
      await this.discard()
      throw ioError(reason, this.#target.name)
    }
    try {
      await syncFolder(dirname(this.path))
    } catch (error) {
      const { name } = this.#target
      const message = `${name} is complete, but its durability is not confirmed: ${messageOf(error)}`
      throw new SluiceError('E_IO', message, { cause: error })
    } finally {
      this.#end()
    }
  }

  async discard(): Promise<void> {
    if (this.#ended) return
    await closed(this.writable)
    await this.#held.handle.close().catch(() => {})
    await unlink(this.#held.part).catch(() => {})
    this.#end()
  }

  /** Part file: all there, with the mode it is to have, on the disk. */
  async #complete(): Promise<void> {
    const { handle, lock } = this.#held
    const { name } = this.#target
    assertFinished(this.writable, name)
    await closed(this.writable)
    const { size, uid, gid } = await handle.stat()
    if (size !== this.bytesWritten) {
      throw new SluiceError(
        'E_IO',
        `${name}: ${this.bytesWritten} bytes were written, the file holds ${size}`,
      )
    }
    const old = await stat(this.path).catch(ignore('ENOENT'))
    if (old !== undefined && (old.uid !== uid || old.gid !== gid)) {
      // Only a privileged process may keep another owner; for the others the file changes hands.
      await handle.chown(old.uid, old.gid).catch(ignore('EPERM'))
    }
    await handle.chmod(old === undefined ? lock.newFileMode : old.mode & 0o777)
    await handle.sync()
    await handle.close()
  }

  async #publish(): Promise<void> {
    const { part, lock } = this.#held
    lock.assertHeld()
    throwIfAborted(this.#options.signal)
    if (this.#options.clobber ?? true) return rename(part, this.path)
    await link(part, this.path).catch((error) => {
      throw systemCode(error) === 'EEXIST' ? alreadyThere(this.#target) : error
    })
    await unlink(part).catch(() => {})
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
  await finished(writable).catch(() => {})
}

async function sweep(path: string, { notice }: OpenOutputOptions): Promise<void> {
  const folder = dirname(path)
  for (const name of await readdir(folder)) {
    if (!isPart(name, path)) continue
    await unlink(join(folder, name))
    notice?.({ code: 'N_STALE_PART', message: `removed ${name}, which an earlier run left unfinished` })
  }
}

function alreadyThere({ name }: ResolvedFile): SluiceError {
  return new SluiceError('E_EXISTS', `${name} exists and is not to be replaced`)
}

function ignore(code: string): (error: unknown) => undefined {
  return (error) => {
    if (systemCode(error) !== code) throw error
  }
}

/** Where the bytes of `path` gather until it is complete: beside it, so that a rename suffices. */
function partPath(path: string, jobId: string | undefined): string {
  const job = jobId?.replace(/[^\w-]/g, '_').slice(0, 40) || 'local'
  return join(dirname(path), `${hiddenPrefix(path)}${job}.${randomToken()}.part`)
}

/** Whether `name`, in the folder of `path`, is an unfinished file for `path`. */
function isPart(name: string, path: string): boolean {
  const start = hiddenPrefix(path)
  return name.startsWith(start) && PART.test(name.slice(start.length))
}
