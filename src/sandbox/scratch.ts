import { rmSync } from 'node:fs'
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ioError, reworded } from '../errors.js'
import { acquireLock, type FileLock } from '../files/lock.js'
import { readLock } from '../files/lock-file.js'
import { lockPath } from '../files/names.js'
import { livenessOf } from '../files/process-identity.js'

const PREFIX = 'td-sluice-sandbox-'

/** Name of the lock in a folder. */
const LOCKED = 'results'

/**
 * A folder of the sandbox's own for results, made at first use and removed at the end, also when the process exits. Its
 * lock says whose it is; folders of sandboxes that were killed are removed when the next one makes its own.
 */
export class Scratch {
  #folder: Promise<string> | undefined
  #made: string | undefined
  #lock: FileLock | undefined
  #count = 0
  readonly #onExit = () => {
    if (this.#made !== undefined) rmSync(this.#made, { recursive: true, force: true })
  }

  /** The path of the folder. */
  async folder(): Promise<string> {
    this.#folder ??= this.#make()
    return this.#folder
  }

  async #make(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), PREFIX)).catch((error) => {
      throw reworded(ioError(error, `the temporary folder ${tmpdir()}`), {
        hint: 'name another one in TMPDIR, that is there and that this user may write to',
      })
    })
    this.#made = path
    process.once('exit', this.#onExit)
    this.#lock = await acquireLock(join(path, LOCKED), { task: 'a sandbox' })
    await sweep(path)
    return path
  }

  /** A path in the folder that nothing uses yet. */
  async path(suffix: string): Promise<string> {
    this.#count += 1
    return join(await this.folder(), `${this.#count}${suffix}`)
  }

  async remove(): Promise<void> {
    process.off('exit', this.#onExit)
    await this.#folder?.catch(() => undefined)
    this.#lock?.release()
    if (this.#made !== undefined) await rm(this.#made, { recursive: true, force: true })
  }
}

/** Removes the folders beside `own` that processes of this user made which are gone. Never throws. */
async function sweep(own: string): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => [])
  const others = names.filter((name) => name.startsWith(PREFIX)).map((name) => join(tmpdir(), name))
  for (const path of others) {
    if (path === own || !(await isLeftBehind(path))) continue
    await rm(path, { recursive: true, force: true }).catch(() => undefined)
  }
}

/** Without a lock a folder is one that is just being made, or nobody knows whose. */
async function isLeftBehind(path: string): Promise<boolean> {
  try {
    const found = await lstat(path)
    if (!found.isDirectory() || found.uid !== process.geteuid?.()) return false
    const named = join(path, LOCKED)
    const lock = readLock(lockPath(named), named)
    return typeof lock === 'object' && livenessOf(lock.holder) === 'gone'
  } catch {
    return false
  }
}
