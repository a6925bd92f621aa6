import { closeSync, constants, fstatSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs'
import { ioError, SluiceError, systemCode } from '../errors.js'
import { randomToken } from './names.js'
import type { ProcessIdentity, ThreadIdentity } from './process-identity.js'

/** The holder of a lock. The token is unique to one holding of it and part of a file name during a takeover. */
export interface Holder extends ProcessIdentity {
  readonly token: string
  /** Milliseconds between two signs of life; undefined in locks of older versions, which give none. */
  readonly beatMs?: number | undefined
  /** When it took the lock, by its clock. */
  readonly since?: string | undefined
  /** Its activity, in its own words. */
  readonly task?: string | undefined
}

/** A lock as it lies in its folder. */
export interface FoundLock {
  readonly holder: Holder
  /** When its holder last gave a sign of life, by the clock of the file system, in milliseconds. */
  readonly seenMs: number
}

/** Error codes for a file that no run of this user made; any other failure is one of the disk. */
const NOT_OURS = new Set(['ELOOP', 'EMLINK', 'EISDIR', 'EACCES', 'EPERM', 'ENXIO', 'ENOTDIR'])

const FIRST_BYTE = Buffer.from('{')

/**
 * Creates the lock, all at once as far as this process is concerned. Returns the permission bits that the umask gives
 * a new file; `undefined` when there is a lock already.
 */
export function claim(lock: string, me: Holder): number | undefined {
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

/**
 * Reads the lock of `path`.
 *
 * @throws SluiceError `E_LOCKED` when it is no lock of td-sluice, `E_IO` when the disk fails.
 */
export function readLock(lock: string, path: string): FoundLock | 'none' | 'empty' {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
  let fd: number | undefined
  try {
    fd = openSync(lock, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    const text = readFileSync(fd, 'utf8')
    return text === '' ? 'empty' : { holder: parseHolder(text), seenMs: fstatSync(fd).mtimeMs }
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

/**
 * Gives a sign of life: writes the first byte of the lock once more, so that the file system sets its time by its own
 * clock, which is the same for all machines. Returns false when the lock is not that of `token` any more.
 */
export function beat(lock: string, token: string): boolean {
  let fd: number | undefined
  try {
    fd = openSync(lock, constants.O_RDWR | constants.O_NOFOLLOW)
    // A replacement from now on is another file than the one that is open here.
    if (parseHolder(readFileSync(fd, 'utf8')).token !== token) return false
    // As bytes: Deno ignores the position of a text, and would write it behind the lock.
    writeSync(fd, FIRST_BYTE, 0, 1, 0)
    return true
  } catch (error) {
    return systemCode(error) !== 'ENOENT'
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/** The time by the clock of the file system that `lock` lies on, in milliseconds. */
export function fileSystemTime(lock: string): number {
  const probe = `${lock}.${randomToken()}`
  let fd: number | undefined
  try {
    fd = openSync(probe, 'wx', 0o600)
    unlinkSync(probe)
    writeSync(fd, '{')
    return fstatSync(fd).mtimeMs
  } catch {
    return Date.now()
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/** Throws any error when `text` is not what {@link claim} writes. */
function parseHolder(text: string): Holder {
  const { pid, host, start, boot, pidns, thread, beatMs, since, task, token } = JSON.parse(text)
  const known = isCount(pid) && typeof host === 'string' && isText(start) && /^[0-9a-f]{16}$/.test(token)
  if (!known) throw new TypeError('the lock names no process')
  const old = { pid, host, start, token }
  if (boot === undefined) return old
  if (!isText(boot) || !isText(pidns) || !isCount(beatMs)) throw new TypeError('the lock is not complete')
  return {
    ...old,
    ...{ boot, pidns, beatMs },
    ...(thread !== undefined && { thread: parseThread(thread) }),
    ...(typeof since === 'string' && { since }),
    ...(typeof task === 'string' && { task }),
  }
}

function parseThread({ id, tid, start }: Record<string, unknown>): ThreadIdentity {
  if (isCount(id) && (tid === null || isCount(tid)) && isText(start)) return { id, tid, start }
  throw new TypeError('the lock names no thread')
}

function isText(value: unknown): value is string | null {
  return value === null || typeof value === 'string'
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}
