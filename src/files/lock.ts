import { renameSync, unlinkSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { sleep } from '../abort.js'
import { ioError, SluiceError, systemCode } from '../errors.js'
import { onAbruptEnd } from './leftovers.js'
import { beat, claim, type FoundLock, fileSystemTime, type Holder, readLock } from './lock-file.js'
import { lockPath, randomToken } from './names.js'
import { livenessOf, thisProcess } from './process-identity.js'
import { refusalToReplace } from './removable.js'

/** The right to write a path, held by one run at a time. Other programs are not kept out. */
export interface FileLock {
  /** The permission bits that a new file gets from the umask. */
  readonly newFileMode: number
  /** Throws `E_LOCKED` when this run has lost the lock: it was taken over or removed. */
  assertHeld(): void
  /** `error`, or the `E_LOCKED` that explains it: a run that takes a lock over removes the files of the one before. */
  reasonFor(error: unknown): unknown
  /** Never throws. */
  release(): void
}

export interface LockOptions {
  /** Ends the wait that a takeover may need. */
  readonly signal?: AbortSignal | undefined
  /** Told whose lock was taken over. */
  readonly notice?: ((notice: { code: string; message: string }) => void) | undefined
  /** Its purpose, for other runs that find it. */
  readonly task?: string | undefined
  /**
   * Milliseconds between two signs of life.
   *
   * @default 10,000
   */
  readonly beatMs?: number | undefined
}

/** The `cause` of an `E_LOCKED`: who holds the lock. */
export class HeldLock extends Error {
  override readonly name = 'HeldLock'
  readonly holder: Holder

  constructor(holder: Holder) {
    super(`the lock is held by ${nameOf(holder)}`)
    this.holder = holder
  }
}

/** Milliseconds between two signs of life. */
const BEAT_MS = 10_000

/** A holder that cannot be looked up counts as gone after it has missed this many signs of life: two minutes. */
const MISSED_BEATS = 12

/** How long a lock that seems to be left behind is watched first, in beats: clocks jump, living holders go on. */
const WATCHED_BEATS = 1.5

/** The same for a lock of an older version, whose holder gives no signs of life, in milliseconds. */
const OLD_LOCK_MS = 24 * 3_600_000

/** How long a lock file may be empty, in milliseconds: its owner is between creating and filling it, or died there. */
const EMPTY_FOR = 1000
const EMPTY_POLL = 50

/**
 * Takes the lock of `path`, from a holder that is gone if need be. Should this process end at once, it is released.
 *
 * A holder under the same kernel and in the same table of processes is looked up there. Any other one, in another
 * container or on another host, is taken for alive until its last sign of life is two minutes old.
 *
 * @throws SluiceError `E_LOCKED` when another process holds it, `E_IO` or `E_NO_SPACE` when it cannot be written.
 */
export async function acquireLock(path: string, options: LockOptions = {}): Promise<FileLock> {
  const { signal, notice, task, beatMs = BEAT_MS } = options
  const lock = lockPath(path)
  const since = new Date().toISOString()
  const me: Holder = { ...thisProcess(), beatMs, since, task, token: randomToken() }
  const { newFileMode, from } = await acquire(lock, me, path, signal).catch((error) => {
    throw ioError(error, path)
  })
  const isMine = (found: FoundLock | string) => typeof found === 'object' && found.holder.token === me.token
  const heart = setInterval(() => {
    if (!beat(lock, me.token)) clearInterval(heart)
  }, beatMs).unref()
  const unlock = () => {
    clearInterval(heart)
    try {
      if (isMine(readLock(lock, path))) unlinkSync(lock)
    } catch {
      // The next run finds that its owner is gone.
    }
  }
  const settled = onAbruptEnd(unlock)
  if (from !== undefined) notice?.({ code: 'N_STALE_LOCK', message: from })
  const assertHeld = () => {
    const found = readLock(lock, path)
    if (isMine(found)) return
    if (typeof found === 'object') throw lockedBy(found.holder, lock, path)
    throw new SluiceError('E_LOCKED', `${path}: this run has lost its lock`, {
      hint: 'another run has taken it over after a long pause of this one, or somebody has removed it',
    })
  }
  return {
    newFileMode,
    assertHeld,
    reasonFor(error) {
      try {
        assertHeld()
        return error
      } catch (lost) {
        return lost
      }
    },
    release() {
      unlock()
      settled()
    },
  }
}

/**
 * Takes nothing.
 *
 * @throws SluiceError `E_LOCKED` when a live process is writing `path`, or when the lock of a dead one cannot be taken over.
 */
export function assertUnlocked(path: string): void {
  const lock = lockPath(path)
  const found = readLock(lock, path)
  if (typeof found === 'object' && isAlive(found, lock)) throw lockedBy(found.holder, lock, path)
  if (found !== 'none' && refusalToReplace(lock) !== undefined) throw irreplaceable(lock, path)
}

interface Acquired {
  readonly newFileMode: number
  /** Whose lock it was. */
  readonly from?: string
}

/**
 * Two runs that find the same dead holder must not both succeed. Whoever wants to replace a dead lock first takes a
 * second one, named by the dead one's token, looks again, and renames the second over the first. As a token never
 * comes again and the holder of the second lock alone may replace the first, what it saw stays true until it renames.
 * A run that dies in between leaves a dead second lock, which is taken over in the same way. A run that is stopped in
 * between for so long that its second lock is taken over finds out by looking once more.
 */
async function acquire(
  lock: string,
  me: Holder,
  path: string,
  signal: AbortSignal | undefined,
): Promise<Acquired> {
  for (let emptyFor = 0; ; ) {
    const mode = claim(lock, me)
    if (mode !== undefined) return { newFileMode: mode }
    const found = readLock(lock, path)
    if (found === 'none') continue
    if (found === 'empty' && emptyFor < EMPTY_FOR) {
      await delay(EMPTY_POLL)
      emptyFor += EMPTY_POLL
      continue
    }
    if (found !== 'empty') {
      if (isAlive(found, lock)) throw lockedBy(found.holder, lock, path)
      if (livenessOf(found.holder) === 'unknown' && !(await staysSilent(found, lock, path, signal))) continue
    }
    const successor = `${lock}.${tokenOf(found)}`
    const { newFileMode } = await acquire(successor, me, path, signal)
    if (!isSame(readLock(lock, path), found)) {
      unlinkSync(successor)
      continue
    }
    const from = found === 'empty' ? undefined : takenFrom(found.holder, path)
    if (replaceLock(successor, lock, me, path)) return { newFileMode, ...(from !== undefined && { from }) }
  }
}

/** Renames `successor` over `lock`, and tells whether the lock is that of `me` now. */
function replaceLock(successor: string, lock: string, me: Holder, path: string): boolean {
  try {
    renameSync(successor, lock)
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT') return false
    unlinkSync(successor)
    if (code !== 'EPERM' && code !== 'EACCES') throw error
    throw irreplaceable(lock, path, error)
  }
  const now = readLock(lock, path)
  return typeof now === 'object' && now.holder.token === me.token
}

/** A folder such as `/tmp` lets only the owner of a file replace it, and an append-only one lets no user. */
function irreplaceable(lock: string, path: string, cause?: unknown): SluiceError {
  const message = `${path} has the lock of another user, whose run is gone: ${lock} cannot be replaced`
  const hint = 'ask that user to remove it, or write to another folder'
  return new SluiceError('E_LOCKED', message, { cause, hint })
}

function isAlive(found: FoundLock, lock: string): boolean {
  const liveness = livenessOf(found.holder)
  if (liveness !== 'unknown') return liveness === 'alive'
  const { beatMs } = found.holder
  const patience = beatMs === undefined ? OLD_LOCK_MS : beatMs * MISSED_BEATS
  // A time in the future is one from before the clock was set back.
  return Math.abs(fileSystemTime(lock) - found.seenMs) < patience
}

/** Watches a lock that seems to be left behind for a moment. */
async function staysSilent(
  found: FoundLock,
  lock: string,
  path: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  await sleep((found.holder.beatMs ?? 0) * WATCHED_BEATS, signal)
  return isSame(readLock(lock, path), found)
}

function isSame(now: FoundLock | 'none' | 'empty', before: FoundLock | 'empty'): boolean {
  if (typeof now === 'string' || typeof before === 'string') return now === before
  return now.holder.token === before.holder.token && now.seenMs === before.seenMs
}

function tokenOf(found: FoundLock | 'empty'): string {
  return found === 'empty' ? 'empty' : found.holder.token
}

function takenFrom(holder: Holder, path: string): string {
  const why = livenessOf(holder) === 'gone' ? 'which is gone' : 'which gives no sign of life'
  return `took over the lock of ${path} from ${nameOf(holder)}, ${why}`
}

function nameOf({ pid, host, thread }: Holder): string {
  const ofThread = thread === undefined ? '' : `thread ${thread.id} of `
  return `${ofThread}process ${pid}${host === thisProcess().host ? '' : ` on ${host}`}`
}

function lockedBy(holder: Holder, lock: string, path: string): SluiceError {
  const known = livenessOf(holder) !== 'unknown'
  const seconds = ((holder.beatMs ?? BEAT_MS) * MISSED_BEATS) / 1000
  const then =
    holder.beatMs === undefined
      ? `if that process is gone for sure, remove ${lock}`
      : `when that process is gone, its lock is taken over ${seconds} seconds after its last sign of life`
  return new SluiceError('E_LOCKED', `${path} is being written by ${nameOf(holder)}`, {
    cause: new HeldLock(holder),
    hint: known ? 'wait for it, or stop that process' : `wait for it; ${then}`,
  })
}
