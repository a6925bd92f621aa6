import { resolve } from 'node:path'
import { readTextFile } from '../files/text.js'
import { targetOf } from '../sinks/targets/index.js'
import { parseManifest } from './parse.js'
import { statePathOf } from './plan.js'
import type { CompleteOutput, StateEntry } from './state-entry.js'
import { StateFile } from './state-file.js'
import { requireOwnState } from './state-owner.js'
import { isoTime, utcTime } from './time-text.js'
import { chosenTimes, type TimeChoice } from './times.js'
import type { Zone } from './zone.js'

/** Status of one export at one scheduled time. */
export interface TimeStatus {
  /** By the clock of the manifest's zone. */
  readonly scheduledTime: string
  /**
   * `complete`; `gone`, because the output was complete and is not there any more in full size; `failed`; `begun`, which is at
   * work or was stopped; `missing`, as no start has worked on it; `not yet`, as the export was first run for a later time.
   */
  readonly status: 'complete' | 'gone' | 'failed' | 'begun' | 'missing' | 'not yet'
  /** The job of its last try. */
  readonly jobId?: string | undefined
  /** When it was complete or had failed, by the clock of the manifest's zone. */
  readonly at?: string
  /** Rows that were written. */
  readonly rows?: number
  /** Bytes of the output. */
  readonly bytes?: number
  /** Milliseconds that the start took for it which completed it. */
  readonly durationMs?: number | undefined
  /** The code of the failure. */
  readonly code?: string
}

/** Status of the exports of a manifest. */
export interface RunStatus {
  readonly manifest: string
  readonly timezone: string
  readonly state: string
  readonly exports: readonly {
    readonly name: string
    readonly missing: number
    readonly times: readonly TimeStatus[]
  }[]
}

export interface StatusOptions extends TimeChoice {
  /** The manifest, relative to `cwd`. */
  readonly file: string
  readonly cwd: string
  /**
   * The state, relative to `cwd`.
   *
   * @default beside the manifest
   */
  readonly state?: string | undefined
  readonly only?: readonly string[] | undefined
  /** Milliseconds since 1970. */
  readonly now: number
}

/** How many scheduled times back the status looks unless it is said otherwise. */
const USUAL_TIMES = 7

/**
 * Tells what the state of a manifest says of its exports, and whether outputs in files are still there. Asks no network, and
 * needs no variable of the manifest.
 *
 * @throws SluiceError `E_CONFIG` for a manifest or a state that cannot be used, `E_IO` when one cannot be read, `E_USAGE` for a time
 * that is none.
 */
export async function statusOf(options: StatusOptions): Promise<RunStatus> {
  const { file, cwd, only, now } = options
  const path = resolve(cwd, file)
  const { manifest } = parseManifest(await readTextFile(path, `the manifest ${file}`), file)
  const { timezone: zone, schedule } = manifest
  const statePath = options.state === undefined ? statePathOf(path) : resolve(cwd, options.state)
  const state = await StateFile.read(statePath)
  const isRange = options.from !== undefined || options.to !== undefined
  const choice = isRange ? options : { last: options.last ?? USUAL_TIMES }
  const scheduled = chosenTimes(choice, schedule, zone, now)
  const names = manifest.exports.map(({ name }) => name).filter((name) => only?.includes(name) ?? true)
  await requireOwnState(state, path, names)
  return {
    manifest: path,
    timezone: zone.name,
    state: statePath,
    exports: await Promise.all(
      names.map(async (name) => {
        const times = await timesOf(state.history(name), scheduled, zone)
        const missing = times.filter(({ status }) => status !== 'complete' && status !== 'not yet').length
        return { name, missing, times }
      }),
    ),
  }
}

/** Those of the schedule, and others that a start was told, the latest first. */
async function timesOf(
  history: ReadonlyMap<string, StateEntry>,
  scheduled: readonly number[],
  zone: Zone,
): Promise<TimeStatus[]> {
  const known = [...history.keys()].map((time) => Date.parse(time))
  const first = known.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...known)
  const [from, to] = [scheduled[0]!, scheduled.at(-1)!]
  const times = new Set([...scheduled, ...known.filter((time) => time >= from && time <= to)])
  const latestFirst = [...times].sort((a, b) => b - a)
  return Promise.all(
    latestFirst.map(async (time) => {
      const scheduledTime = isoTime(time, zone)
      const entry = history.get(utcTime(time))
      if (entry !== undefined) return { scheduledTime, ...(await entryStatus(entry, zone)) }
      return { scheduledTime, status: time < first ? 'not yet' : 'missing' }
    }),
  )
}

async function entryStatus(entry: StateEntry, zone: Zone): Promise<Omit<TimeStatus, 'scheduledTime'>> {
  const { complete, failure } = entry
  const job = { jobId: entry.jobId ?? undefined }
  const when = (at: string) => isoTime(Math.floor(Date.parse(at) / 1000) * 1000, zone)
  if (failure !== undefined) return { status: 'failed', ...job, at: when(failure.at), code: failure.code }
  if (complete === null) return { status: 'begun', ...job }
  const { at, rowsWritten: rows, bytesOut: bytes, durationMs } = complete
  const status = (await isThere(complete)) ? 'complete' : 'gone'
  return { status, ...job, at: when(at), rows, bytes, durationMs }
}

/** Whether its files are there in full size; those in a store are not asked for. */
async function isThere({ files }: CompleteOutput): Promise<boolean> {
  const sizes = await Promise.all(
    files.map(({ path, bytes }) => (/^\w+:\/\//.test(path) ? bytes : targetOf(path).size?.())),
  )
  return files.every(({ bytes }, i) => sizes[i] === bytes)
}
