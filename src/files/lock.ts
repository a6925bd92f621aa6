import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { ioError, SluiceError, systemCode } from '../errors.js'
import { onAbruptEnd } from './leftovers.js'
import { lockPath, randomToken } from './names.js'
import { mayRun, type ProcessIdentity, thisProcess } from './process-identity.js'

/** Who holds a lock. The token is unique to one holding of it and part of a file name during a takeover. */
interface Holder extends ProcessIdentity {
  readonly token: string
}

/** The right to write a path, held by one run at a time. Other programs are not kept out. */
export interface FileLock {
  /** The permission bits that a new file gets from the umask. */
  readonly newFileMode: number
  /** Throws `E_LOCKED` when another run holds the lock by now, which takes someone who removed it by hand. */
  assertHeld(): void
  /** Never throws. */
  release(): void
}

/** How long a lock file may be empty, in milliseconds: its owner is between creating and filling it, or died there. */
const EMPTY_FOR = 1000
const EMPTY_POLL = 50

/** What the system says of something that no run of this user's made; any other failure is one of the disk. */
const NOT_OURS = new Set(['ELOOP', 'EMLINK', 'EISDIR', 'EACCES', 'EPERM', 'ENXIO', 'ENOTDIR'])

/**
 * Takes the lock of `path`, from a dead process if need be. Should this one end at once, it is released.
 *
 * @throws SluiceError `E_LOCKED` when another process holds it, `E_IO` or `E_NO_SPACE` when it cannot be written.
 */
export async function acquireLock(path: string): Promise<FileLock> {
  const lock = lockPath(path)
  const me: Holder = { ...thisProcess(), token: randomToken() }
  const newFileMode = await acquire(lock, me, path).catch((error) => {
    throw ioError(error, path)
  })
  const holder = () => readHolder(lock, path)
  const unlock = () => {
    try {
      const now = holder()
      if (typeof now === 'object' && now.token === me.token) unlinkSync(lock)
    } catch {
      // The next run finds that its owner is dead.
    }
  }
  const settled = onAbruptEnd(unlock)
  return {
    newFileMode,
    assertHeld() {
      const now = holder()
      if (typeof now === 'object' && now.token !== me.token) throw lockedBy(now, lock, path)
    },
    release() {
      unlock()
      settled()
    },
  }
}

/** Throws `E_LOCKED` when a live process is writing `path`. Takes nothing. */
export function assertUnlocked(path: string): void {
  const lock = lockPath(path)
  const holder = readHolder(lock, path)
  if (typeof holder === 'object' && mayRun(holder)) throw lockedBy(holder, lock, path)
}

/**
 * Two runs that find the same dead holder must not both succeed. Whoever wants to replace a dead lock first takes a
 * second one, named by the dead one's token, looks again, and renames the second over the first. As a token never
 * comes again and the holder of the second lock alone may replace the first, what it saw stays true until it renames.
 * A run that dies in between leaves a dead second lock, which is taken over in the same way.
 */
async function acquire(lock: string, me: Holder, path: string): Promise<number> {
  for (let emptyFor = 0; ; ) {
    const mode = claim(lock, me)
    if (mode !== undefined) return mode
    const holder = readHolder(lock, path)
    if (holder === 'none') continue
    if (holder === 'empty' && emptyFor < EMPTY_FOR) {
      await delay(EMPTY_POLL)
      emptyFor += EMPTY_POLL
      continue
    }
    if (holder !== 'empty' && mayRun(holder)) throw lockedBy(holder, lock, path)
    const dead = tokenOf(holder)
    const successor = `${lock}.${dead}`
    const successorMode = await acquire(successor, me, path)
    const now = readHolder(lock, path)
    if (now !== 'none' && tokenOf(now) === dead) {
      renameSync(successor, lock)
      return successorMode
    }
    unlinkSync(successor)
  }
}

/** Creates the lock, all at once as far as this process is concerned. `undefined` when there is one already. */
function claim(lock: string, me: Holder): number | undefined {
  let fd: number
  try {
    fd = openSync(lock, 'wx', 0o666)
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return undefined
    throw error
  }
  try {
    writeSync(fd, `${JSON.stringify(me)}\n`)
    return fstatSync(fd).mode & 0o777
  } catch (error) {
    unlinkSync(lock)
    throw error
  } finally {
    closeSync(fd)
  }
}

function readHolder(lock: string, path: string): Holder | 'none' | 'empty' {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
  let fd: number | undefined
  try {
    fd = openSync(lock, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    const text = readFileSync(fd, 'utf8')
    return text === '' ? 'empty' : parseHolder(text)
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT') return 'none'
    if (code !== undefined && !NOT_OURS.has(code)) throw ioError(error, lock)
    throw new SluiceError(
      'E_LOCKED',
      `${path} cannot be locked: ${lock} is no lock of td-sluice that can be read`,
      {
        cause: error,
        hint: 'move that file away, or write to another path',
      },
    )
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/** Throws any error when `text` is not what {@link claim} writes. */
function parseHolder(text: string): Holder {
  const { pid, host, start, token } = JSON.parse(text)
  const known = Number.isSafeInteger(pid) && pid > 0 && typeof host === 'string'
  if (known && (start === null || typeof start === 'string') && /^[0-9a-f]{16}$/.test(token)) {
    return { pid, host, start, token }
  }
  throw new TypeError('the lock names no process')
}

function tokenOf(holder: Holder | 'empty'): string {
  return holder === 'empty' ? 'empty' : holder.token
}

function lockedBy(holder: Holder, lock: string, path: string): SluiceError {
  const elsewhere = holder.host === hostname() ? '' : ` on ${holder.host}`
  return new SluiceError('E_LOCKED', `${path} is being written by process ${holder.pid}${elsewhere}`, {
    hint: `wait for it; if that process is gone for sure, remove ${lock}`,
  })
}
