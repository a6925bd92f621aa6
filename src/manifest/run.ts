import { defaultMaxListeners, setMaxListeners } from 'node:events'
import { basename } from 'node:path'
import { interruption } from '../abort.js'
import type { Client } from '../client/index.js'
import { SluiceError } from '../errors.js'
import { throughLinks } from '../files/durable.js'
import { opennessNotice } from '../files/key-file.js'
import type { OnAbort } from '../pipeline/kill-on-abort.js'
import type { Environment } from './environment.js'
import { ExportRecord } from './export-record.js'
import { runHook } from './hook.js'
import type { ExportListener, RunListener } from './listener.js'
import type { RunPlan } from './plan.js'
import type { PlannedExport } from './planned-export.js'
import type { ExportReport, HookReport, RunReport } from './report.js'
import { endOf } from './run-end.js'
import { runExport } from './run-export.js'
import { lockRun } from './run-lock.js'
import { StateFile } from './state-file.js'
import { requireOwnState } from './state-owner.js'
import { isoTime } from './time-text.js'
import { Windows } from './watermark.js'

export interface RunOptions {
  /** Makes the client of one export, which is closed in the end. */
  readonly createClient: (listener: ExportListener) => Client
  /** Issue new jobs and write everything again. */
  readonly force: boolean
  /** Let the windows of exports with a watermark begin where the first one did. */
  readonly fullRefresh?: boolean | undefined
  /** For hooks. */
  readonly env: Environment
  readonly signal: AbortSignal
  readonly onAbort: OnAbort
  readonly listener: RunListener
}

/**
 * Does what a plan says, as far as earlier starts have not done it. What becomes of each export is in the report, a
 * failure too, and a run that was stopped.
 *
 * @throws SluiceError `E_LOCKED` when another run of the manifest is at work, `E_IO` or `E_CONFIG` for a state that
 * cannot be used.
 */
export async function runPlan(plan: RunPlan, options: RunOptions): Promise<RunReport> {
  // Each export under way may wait for its next try, and no longer than until the signal.
  setMaxListeners(defaultMaxListeners + plan.concurrency * plan.parallel, options.signal)
  const { signal, listener } = options
  const times = plan.scheduledTimes.map((time) => isoTime(time, plan.zone))
  const lock = await lockRun(
    await throughLinks(plan.statePath),
    { ...plan, times },
    {
      signal,
      notice: (notice) => listener.progress({ type: 'notice', ...notice }),
    },
  )
  try {
    const state = await StateFile.read(plan.statePath)
    await state.own(() => lock.assertHeld(), plan.path)
    await requireOwnState(
      state,
      plan.path,
      plan.exports.map(({ name }) => name),
    )
    const startedAt = new Date().toISOString()
    tellStart(plan, times, listener)
    const exports = await runAll(plan, state, options)
    const missed = await lock.missedTimes()
    if (missed.length > 0) tellMissed(missed, options)
    const report = (hooks: HookReport[]): RunReport => ({
      ...reportOf(plan, exports, options.signal),
      ...(missed.length > 0 && { missed }),
      startedAt,
      endedAt: new Date().toISOString(),
      hooks,
    })
    // Once more after the hook: the run may have been stopped meanwhile.
    return report(await runHooks(plan, report([]), options))
  } finally {
    lock.release()
  }
}

function tellStart(plan: RunPlan, times: readonly string[], { info, progress }: RunListener): void {
  const { length } = plan.exports
  const span =
    times.length === 1 ? times[0] : `${times.length} scheduled times, ${times[0]} to ${times.at(-1)}`
  info(`${length} ${length === 1 ? 'export' : 'exports'} of ${plan.file} for ${span}`, {
    event: 'run',
    manifest: plan.file,
    scheduledTime: times.at(-1),
    ...(times.length > 1 && { scheduledTimes: times }),
    exports: length,
  })
  for (const [path, name] of new Map(plan.exports.flatMap(({ keyFiles }) => [...keyFiles]))) {
    const notice = opennessNotice(path, name)
    if (notice !== undefined) progress({ type: 'notice', ...notice })
  }
  if (plan.leftOut === undefined) return
  const message = `exports for ${isoTime(plan.leftOut, plan.zone)} are missing too, which is too long ago for catch_up; run them with --from`
  progress({ type: 'notice', code: 'N_TIMES_LEFT_OUT', message })
}

/** The next start stands for the next period: no later start makes the outputs of a blocked one. */
function tellMissed(missed: readonly string[], { listener }: RunOptions): void {
  const message = `starts for ${missed.join(', ')} found this run at work and made nothing; run them with --scheduled-time`
  listener.progress({ type: 'notice', code: 'N_TIMES_MISSED', message })
}

async function runAll(plan: RunPlan, state: StateFile, options: RunOptions): Promise<ExportReport[]> {
  const reports: ExportReport[] = []
  const windows = windowsOf(plan, state, options)
  const byTime = new Map(plan.scheduledTimes.map((time) => [time, [] as [number, PlannedExport][]]))
  for (const [i, planned] of plan.exports.entries()) byTime.get(planned.job.scheduledTime)!.push([i, planned])
  await eachOf(byTime.values(), plan.parallel, (exports) =>
    eachOf(exports, plan.concurrency, async ([i, planned]) => {
      reports[i] = await (planned.watermark === undefined
        ? runOne(planned, plan, state, options)
        : windows.run(planned))
    }),
  )
  return reports
}

/** Works on items in their order, `atOnce` at a time. */
async function eachOf<T>(
  items: Iterable<T>,
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]()
  const worker = async () => {
    for (let next = queue.next(); !next.done; next = queue.next()) await work(next.value)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

function windowsOf(plan: RunPlan, state: StateFile, options: RunOptions): Windows<ExportReport> {
  const { fullRefresh = false, listener } = options
  return new Windows(plan.exports, {
    state,
    fullRefresh,
    planFor: plan.planFor,
    run: (planned, refusal) => runOne(planned, plan, state, options, refusal),
    isComplete: ({ outcome }) => outcome === 'written' || outcome === 'skipped',
    onEarlier({ name }, { from, to }) {
      const message = `${name}: the rows from ${from} to ${to} come first, which an earlier start has begun`
      listener.info(message, { event: 'earlier_window', from, to })
    },
    onFirst({ name, watermark }, isUnknown) {
      if (isUnknown) {
        const first = `${name}: the state knows no earlier start, so all rows from ${watermark!.initial} on are exported; if it was lost, stop this run and say where to go on: td-sluice state set MANIFEST ${name} watermark TIME`
        listener.progress({ type: 'notice', code: 'N_WATERMARK_FIRST', message: first })
      }
      const message = `${name}: rows whose ${watermark!.column} is NULL are in no window, so that none of them is exported`
      listener.progress({ type: 'notice', code: 'N_WATERMARK_NULLS', message })
    },
  })
}

async function runOne(
  planned: PlannedExport,
  { zone }: RunPlan,
  state: StateFile,
  options: RunOptions,
  refusal?: unknown,
): Promise<ExportReport> {
  const { onAbort } = options
  const listener = options.listener.forExport(planned)
  const record = new ExportRecord(state, planned, options.force)
  const client = options.createClient(listener)
  // An error of its own when the run is stopped: each is told with the job of its export.
  const stopping = new AbortController()
  const stop = () => {
    const { code, message, cause } = interruption(options.signal)
    stopping.abort(new SluiceError(code, message, { cause }))
  }
  if (options.signal.aborted) stop()
  options.signal.addEventListener('abort', stop, { once: true })
  try {
    const context = { client, record, signal: stopping.signal, onAbort, listener, zone, refusal }
    // That there is no key ends the start, and is told of it, not of each export.
    await client.ready({ signal: options.signal }).catch((error: unknown) => {
      if (!options.signal.aborted) throw error
    })
    listener.started?.()
    const report = await runExport(planned, context)
    listener.ended?.(report)
    return report
  } finally {
    options.signal.removeEventListener('abort', stop)
    await client.close()
  }
}

type Ended = Omit<RunReport, 'startedAt' | 'endedAt' | 'hooks'>

function reportOf(plan: RunPlan, exports: readonly ExportReport[], signal: AbortSignal): Ended {
  const { complete, summary, failure } = endOf(exports, signal)
  return {
    manifest: plan.path === undefined ? null : basename(plan.path),
    scheduledTime: isoTime(plan.scheduledTime, plan.zone),
    ...(plan.scheduledTimes.length > 1 && {
      scheduledTimes: plan.scheduledTimes.map((time) => isoTime(time, plan.zone)),
    }),
    complete,
    exitCode: failure?.exitCode ?? 0,
    summary,
    exports,
  }
}

/** A stopped run is neither a success nor a failure: the scheduler or person who stopped it starts it again. */
async function runHooks(plan: RunPlan, report: RunReport, options: RunOptions): Promise<HookReport[]> {
  const { env, signal, listener } = options
  const hook = report.complete ? 'on_success' : 'on_failure'
  const command = report.complete ? plan.onSuccess : plan.onFailure
  if (command === undefined || signal.aborted) return []
  return [
    await runHook({
      hook,
      command,
      input: `${JSON.stringify(report, null, 2)}\n`,
      cwd: plan.folder,
      env,
      timeoutMs: plan.hookTimeoutMs,
      signal,
      listener,
    }),
  ]
}
