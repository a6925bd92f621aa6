import { readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SluiceError } from '../errors.js'
import { acquireLock, type FileLock, HeldLock, type LockOptions } from '../files/lock.js'
import { hiddenPrefix } from '../files/names.js'

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
  /** Whether the other run works for the same scheduled time, as far as its lock tells: it makes the same outputs. */
  readonly sameTime: boolean

  constructor(blocked: Blocked, sameTime: boolean, cause: unknown) {
    super('another run is at work', { cause })
    this.blocked = blocked
    this.sameTime = sameTime
  }
}

/** The right to work on a manifest. */
export interface RunLock extends FileLock {
  /** Scheduled times of starts that found this run at work for another time, the first ones: their outputs were not made. */
  missedTimes(): string[]
}

/** Most scheduled times that are remembered of blocked starts. */
const MOST_TIMES = 100

/**
 * Takes the right to work on a manifest, from a run that is gone if need be.
 *
 * @param times the scheduled times of the run, in order
 * @throws SluiceError `E_LOCKED` when another run is at work, with a `BlockedRun` as its cause, `E_IO` when the folder
 * cannot be written.
 */
export async function lockRun(
  statePath: string,
  manifest: string,
  times: readonly string[],
  options: Omit<LockOptions, 'task'> = {},
): Promise<RunLock> {
  const record = join(dirname(statePath), `${hiddenPrefix(statePath)}blocked`)
  const task = times.length === 1 ? times[0]! : `${times[0]} to ${times.at(-1)}`
  let lock: FileLock
  try {
    lock = await acquireLock(statePath, { ...options, task })
  } catch (error) {
    throw blockedBy(error, record, manifest, task)
  }
  forget(record)
  return {
    ...lock,
    missedTimes: () => blockedTimes(record).filter((time) => !covers(task, time)),
    release() {
      // Those that came meanwhile were blocked by this one.
      forget(record)
      lock.release()
    },
  }
}

function blockedBy(error: unknown, record: string, manifest: string, wanted: string): unknown {
  if (!(error instanceof SluiceError) || error.code !== 'E_LOCKED') return error
  const { holder } = error.cause instanceof HeldLock ? error.cause : {}
  const { since, task, token = '' } = holder ?? {}
  const blocked = { since: since ?? null, ...count(record, token, wanted) }
  // A lock that no run of td-sluice holds makes no outputs.
  const sameTime = holder !== undefined && (task === undefined || covers(task, wanted))
  const time = task === undefined || task === wanted ? '' : ` for ${task}`
  const began = since === undefined ? '' : `, since ${since}`
  const often = blocked.times === 1 ? '' : `; it has blocked ${blocked.times} starts since ${blocked.firstAt}`
  const message = `another run of ${manifest} is at work${time}${began}: ${error.message}${often}`
  const cause = new BlockedRun(blocked, sameTime, error)
  const [from, to] = wanted.split(RANGE)
  const again = to === undefined ? `--scheduled-time ${from}` : `--from ${from} --to ${to}`
  const later = `when it has ended, run this one with ${again}`
  return new SluiceError('E_LOCKED', message, { cause, hint: sameTime ? error.hint : later })
}

const RANGE = ' to '

/** Whether a run for one scheduled time, or for those from one to another, does what another would do. */
function covers(task: string, wanted: string): boolean {
  const ends = (text: string) => text.split(RANGE).map((time) => Date.parse(time))
  const [first = Number.NaN, last = first] = ends(task)
  const [from = Number.NaN, to = from] = ends(wanted)
  return first <= from && to <= last
}

/** Counts the starts that one holding of the lock has blocked. A count that cannot be kept begins anew. */
function count(record: string, token: string, time: string): Omit<Blocked, 'since'> {
  const now = { token, firstAt: new Date().toISOString(), times: 1, scheduled: [time] }
  let counted = now
  try {
    const before = JSON.parse(readFileSync(record, 'utf8'))
    if (before.token === token && typeof before.firstAt === 'string' && Number.isSafeInteger(before.times))
      counted = {
        token,
        firstAt: before.firstAt,
        times: before.times + 1,
        scheduled: [...new Set([...timesOf(before), time])].slice(0, MOST_TIMES),
      }
  } catch {
    // The first.
  }
  try {
    writeFileSync(record, `${JSON.stringify(counted)}\n`, { mode: 0o600 })
  } catch {
    // As in a folder that only the other run may write to.
  }
  return { firstAt: counted.firstAt, times: counted.times }
}

function blockedTimes(record: string): string[] {
  try {
    return timesOf(JSON.parse(readFileSync(record, 'utf8')))
  } catch {
    return []
  }
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
