import { closeSync, constants, openSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SluiceError } from '../errors.js'
import { acquireLock, type FileLock, HeldLock, type LockOptions } from '../files/lock.js'
import { hiddenPrefix } from '../files/names.js'
import { isSameFile } from '../files/places.js'
import { readPlainFile } from '../files/plain-file.js'

/** How often starts have found the same run at work. */
export interface Blocked {
  /** When that run began; null where its lock does not tell. */
  readonly since: string | null
  /** When a start first found it at work. */
  readonly firstAt: string
  /** Starts that found it, this one included. */
  readonly times: number
}

/** The `cause` of the `E_LOCKED` of a manifest. */
export class BlockedRun extends Error {
  override readonly name = 'BlockedRun'
  readonly blocked: Blocked
  /**
   * Whether the other run makes the outputs of the blocked one too, as far as its lock tells: it is for the same scheduled
   * time, manifest and exports.
   */
  readonly sameOutputs: boolean

  constructor(blocked: Blocked, sameOutputs: boolean, cause: unknown) {
    super('another run is at work', { cause })
    this.blocked = blocked
    this.sameOutputs = sameOutputs
  }
}

/** What a run does. */
export interface RunTask {
  /** Its manifest as the user has written it. */
  readonly file: string
  /** The manifest's absolute path; undefined for one that is an object. */
  readonly path: string | undefined
  /** Scheduled times, in order. */
  readonly times: readonly string[]
  /** Names of the exports that were asked for; undefined for all. */
  readonly only: readonly string[] | undefined
}

/** The right to work on a manifest. */
export interface RunLock extends FileLock {
  /** Scheduled times of starts that found this run at work for other outputs, the first ones: theirs were not made. */
  missedTimes(): Promise<string[]>
}

/** Most scheduled times that are remembered of blocked starts. */
const MOST_TIMES = 100

/**
 * Takes the right to work on a manifest, from a run that is gone if need be.
 *
 * @throws SluiceError `E_LOCKED` when another run is at work, with a `BlockedRun` as its cause, `E_IO` when the folder
 * cannot be written.
 */
export async function lockRun(
  statePath: string,
  run: RunTask,
  options: Omit<LockOptions, 'task'> = {},
): Promise<RunLock> {
  const record = join(dirname(statePath), `${hiddenPrefix(statePath)}blocked`)
  let lock: FileLock
  try {
    lock = await acquireLock(statePath, { ...options, task: taskText(run) })
  } catch (error) {
    throw await blockedBy(error, record, run)
  }
  forget(record)
  return {
    ...lock,
    missedTimes: () => blockedTimes(record),
    release() {
      // Those that came meanwhile were blocked by this one.
      forget(record)
      lock.release()
    },
  }
}

async function blockedBy(error: unknown, record: string, run: RunTask): Promise<unknown> {
  if (!(error instanceof SluiceError) || error.code !== 'E_LOCKED') return error
  const { holder } = error.cause instanceof HeldLock ? error.cause : {}
  const { since, task, token = '' } = holder ?? {}
  const wanted = timesText(run)
  // A lock that no run of td-sluice holds makes no outputs.
  const sameOutputs = holder !== undefined && (task === undefined || covers(task, run))
  const counted = await count(record, token, sameOutputs ? [] : [wanted])
  const blocked = { since: since ?? null, ...counted }
  const isOwn = task === undefined || task === wanted || task === taskText(run)
  const time = isOwn ? '' : ` for ${task}`
  const began = since === undefined ? '' : `, since ${since}`
  const often = blocked.times === 1 ? '' : `; it has blocked ${blocked.times} starts since ${blocked.firstAt}`
  const message = `another run of ${run.file} is at work${time}${began}: ${error.message}${often}`
  const cause = new BlockedRun(blocked, sameOutputs, error)
  const [from, to] = wanted.split(RANGE)
  const again = to === undefined ? `--scheduled-time ${from}` : `--from ${from} --to ${to}`
  const later = `when it has ended, run this one with ${again}`
  return new SluiceError('E_LOCKED', message, { cause, hint: sameOutputs ? error.hint : later })
}

const RANGE = ' to '

function timesText({ times }: RunTask): string {
  return times.length === 1 ? times[0]! : `${times[0]}${RANGE}${times.at(-1)}`
}

/** What a run says of itself in its lock: `2026-01-31T00:00:00Z, only users of /srv/exports.yaml`. */
function taskText(run: RunTask): string {
  const only = run.only === undefined ? '' : `, only ${run.only.join(' ')}`
  return `${timesText(run)}${only}${run.path === undefined ? '' : ` of ${run.path}`}`
}

const TASK = /^(\S+?)(?: to (\S+?))?(?:, only ([\w. -]+?))?(?: of (.*))?$/s

/** Whether a run makes all outputs of another one. Locks of older versions name the scheduled times alone. */
function covers(task: string, { path, times, only }: RunTask): boolean {
  const [, first = '', last = first, names, manifest] = TASK.exec(task) ?? []
  const [from, to] = [times[0]!, times.at(-1)!]
  if (!(Date.parse(first) <= Date.parse(from) && Date.parse(to) <= Date.parse(last))) return false
  if (manifest !== undefined && (path === undefined || !isSameFile(manifest, path))) return false
  const made = names?.split(' ')
  return made === undefined || only?.every((name) => made.includes(name)) === true
}

/**
 * Counts the starts that one holding of the lock has blocked, and keeps the scheduled times of those whose outputs nobody makes. A
 * count that cannot be kept begins anew.
 */
async function count(
  record: string,
  token: string,
  missed: readonly string[],
): Promise<Omit<Blocked, 'since'>> {
  const now = { token, firstAt: new Date().toISOString(), times: 1, scheduled: missed }
  let counted = now
  try {
    const before = await readRecord(record)
    if (before.token === token && typeof before.firstAt === 'string' && Number.isSafeInteger(before.times))
      counted = {
        token,
        firstAt: before.firstAt,
        times: before.times + 1,
        scheduled: [...new Set([...timesOf(before), ...missed])].slice(0, MOST_TIMES),
      }
  } catch {
    // The first.
  }
  // What is no file, or a link to one, is not the record: it is neither waited for nor written to.
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW, O_NONBLOCK } = constants
  try {
    const fd = openSync(record, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK, 0o600)
    try {
      writeFileSync(fd, `${JSON.stringify(counted)}\n`)
    } finally {
      closeSync(fd)
    }
  } catch {
    // As in a folder that only the other run may write to.
  }
  return { firstAt: counted.firstAt, times: counted.times }
}

async function blockedTimes(record: string): Promise<string[]> {
  try {
    return timesOf(await readRecord(record))
  } catch {
    return []
  }
}

/** Rejects where there is none that can be read. */
async function readRecord(record: string) {
  const found = await readPlainFile(record)
  if (typeof found === 'string') throw new TypeError(`the record is ${found}`)
  return JSON.parse(found.text)
}

function timesOf({ scheduled }: { scheduled?: unknown }): string[] {
  return Array.isArray(scheduled) ? scheduled.filter((time) => typeof time === 'string') : []
}

function forget(record: string): void {
  try {
    unlinkSync(record)
  } catch {
    // No start was blocked.
  }
}
