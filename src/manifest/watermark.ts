import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { SluiceError } from '../errors.js'
import type { QueryType } from '../model/query-type.js'
import { tokensOf } from '../sql/tokens.js'
import { identityHash } from './domain-key.js'
import type { PlannedExport } from './planned-export.js'
import type { Window } from './state-entry.js'
import type { StateFile } from './state-file.js'
import { utcTime } from './time-text.js'
import { fileWritings } from './writing.js'

/** Whether a query has the name of a column in it, in quotes or without. */
export function namesColumn(sql: string, column: string, engine: QueryType): boolean {
  const wanted = column.toLowerCase()
  for (const { kind, start, end } of tokensOf(sql, engine)) {
    const text = sql.slice(start, end).toLowerCase()
    if (kind === 'word' && text === wanted) return true
    if (kind === 'name' && text.slice(1, -1) === wanted) return true
  }
  return false
}

/** The rows that a time stands for: from where the export has come to, up to its own end. */
function windowOf({ name, job, watermark }: PlannedExport, state: StateFile, fullRefresh: boolean): Window {
  const { initial, to } = watermark!
  const known = state.entry(name, utcTime(job.scheduledTime))?.window
  const reached = state.watermark(name) ?? initial
  if (fullRefresh) {
    if (known?.isFull) return known
    if (to > initial) return { from: initial, to, isFull: true }
  } else {
    // Its output may be there already, whether the start that made it has recorded that or not.
    if (known?.isFinal || known?.isFull || known?.from === reached) return known
    if (to > reached) return { from: reached, to }
  }
  if (fullRefresh || state.watermark(name) === undefined)
    throw new SluiceError(
      'E_CONFIG',
      `the watermark of ${name} begins at ${initial}, and this start is for the rows before ${to}, of which it has none`,
      { hint: 'run it for a later time, or set initial to an earlier one' },
    )
  throw new SluiceError(
    'E_CONFIG',
    `the watermark of ${name} is at ${reached}, so its rows before ${to} were exported for another time`,
    { hint: `td-sluice state set MANIFEST ${name} watermark TIME moves it; --full-refresh exports all rows` },
  )
}

/**
 * An export for the window that the state gives to its time; one without a watermark stays as it is.
 *
 * @throws SluiceError `E_CONFIG` when its rows were exported for other times.
 */
export function atWindow(planned: PlannedExport, state: StateFile, fullRefresh: boolean): PlannedExport {
  const { watermark } = planned
  if (watermark === undefined) return planned
  const window = windowOf(planned, state, fullRefresh)
  const job = { ...planned.job, sql: watermark.sqlFor(window) }
  return { ...planned, job, jobHash: identityHash(job), window }
}

/** Runs the exports that have a watermark, one window after the other. */
export interface WindowContext<Report> {
  readonly state: StateFile
  readonly fullRefresh: boolean
  /** The same export for another scheduled time, in milliseconds since 1970. */
  readonly planFor: (name: string, scheduledTime: number) => Promise<PlannedExport>
  /** Brings one to its end; a `refusal` is why it comes to nothing. */
  readonly run: (planned: PlannedExport, refusal?: unknown) => Promise<Report>
  readonly isComplete: (report: Report) => boolean
  /** Tells that the window of an earlier start is finished first. */
  readonly onEarlier: (planned: PlannedExport, window: Window) => void
  /** Tells that a first window begins; `isUnknown` when the state knows nothing of the export, and its rows are not asked for anew. */
  readonly onFirst: (planned: PlannedExport, isUnknown: boolean) => void
}

interface Turn<Report> {
  readonly before: Promise<Report> | undefined
  readonly end: (report: Promise<Report>) => void
}

/**
 * The windows of one run. A window that an earlier start has begun is finished first, with the output of its own time: nobody knows
 * whether that is there already. Several times of one export go one after the other.
 */
export class Windows<Report> {
  readonly #context: WindowContext<Report>
  /** How each ends, which the next time of the same export waits for. */
  readonly #turns = new Map<PlannedExport, Turn<Report>>()

  /** @param exports those of the run, by scheduled time */
  constructor(exports: readonly PlannedExport[], context: WindowContext<Report>) {
    this.#context = context
    const last = new Map<string, Promise<Report>>()
    for (const planned of exports) {
      if (planned.watermark === undefined) continue
      let end!: Turn<Report>['end']
      const ended = new Promise<Report>((resolve) => {
        end = resolve
      })
      // The run itself tells it.
      ended.catch(() => {})
      this.#turns.set(planned, { before: last.get(planned.name), end })
      last.set(planned.name, ended)
    }
  }

  /** Brings an export to its end when that of the time before has come to its own. */
  run(planned: PlannedExport): Promise<Report> {
    const { before, end } = this.#turns.get(planned)!
    const running = this.#after(before, planned)
    end(running)
    return running
  }

  async #after(before: Promise<Report> | undefined, planned: PlannedExport): Promise<Report> {
    const { run, isComplete } = this.#context
    if (before === undefined || isComplete(await before)) return this.#runWindow(planned)
    const message = `the rows of ${planned.name} before this time are not exported yet`
    const hint = 'run it again: it goes on with the earlier time'
    return run(planned, new SluiceError('E_CONFIG', message, { hint }))
  }

  async #runWindow(planned: PlannedExport): Promise<Report> {
    const { state, fullRefresh, planFor, run, isComplete, onEarlier, onFirst } = this.#context
    try {
      const earlier = fullRefresh ? undefined : unfinished(planned, state)
      if (earlier !== undefined) {
        onEarlier(planned, earlier.window)
        const before = atWindow(await planFor(planned.name, earlier.scheduledTime), state, false)
        if (!isComplete(await run(before))) return run(planned, notYet(planned, earlier.window))
      }
      const here = atWindow(planned, state, fullRefresh)
      if (here.window!.from === planned.watermark!.initial && !here.window!.isFinal) {
        const isUnknown = !fullRefresh && !state.knows(planned.name)
        if (isUnknown) refuseLostState(planned, state)
        onFirst(planned, isUnknown)
      }
      return await run(here)
    } catch (error) {
      return run(planned, error)
    }
  }
}

/**
 * A first start makes its output. One that is there already was made by a start that this state does not know: all rows would be
 * exported again without a word.
 */
function refuseLostState({ name, writing }: PlannedExport, { path }: StateFile): void {
  const written = fileWritings(writing).find((each) => isAbsolute(each.path) && existsSync(each.path))
  if (written === undefined) return
  const message = `the output ${written.path} is there, but the state ${path} knows nothing of it: was the state lost?`
  throw new SluiceError('E_CONFIG', message, {
    hint: `td-sluice state set MANIFEST ${name} watermark TIME says where to go on; --full-refresh exports all rows again`,
  })
}

function notYet({ name }: PlannedExport, { from, to }: Window): SluiceError {
  return new SluiceError('E_CONFIG', `the rows of ${name} from ${from} to ${to} are not exported yet`, {
    hint: 'its own failure is told above; the next start tries them again first',
  })
}

/** The window of another time that was begun and not finished, unless the watermark has been moved since. */
function unfinished({ name, job, watermark }: PlannedExport, state: StateFile) {
  const reached = state.watermark(name) ?? watermark!.initial
  const own = utcTime(job.scheduledTime)
  for (const [time, { window }] of [...state.history(name)].reverse()) {
    if (window === undefined || window.isFinal || time === own) continue
    if (window.isFull || window.from === reached) return { window, scheduledTime: Date.parse(time) }
  }
  return undefined
}
