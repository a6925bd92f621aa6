import { defaultMaxListeners, setMaxListeners } from 'node:events'
import { basename, dirname } from 'node:path'
import { interruption } from '../abort.js'
import type { Client } from '../client/index.js'
import { SluiceError } from '../errors.js'
import { throughLinks } from '../files/durable.js'
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
import { utcTime } from './time-text.js'

export interface RunOptions {
  /** Makes the client of one export, which is closed in the end. */
  readonly createClient: (listener: ExportListener) => Client
  /** Where it is kept what was done; see {@link statePathOf}. */
  readonly statePath: string
  /** Issue new jobs and write everything again. */
  readonly force: boolean
  /** For hooks. */
  readonly env: Environment
  readonly signal: AbortSignal
  readonly onAbort: OnAbort
  readonly listener: RunListener
}

/** Where the state of a manifest is kept unless it is said otherwise: beside it. */
export function statePathOf(manifestPath: string): string {
  return `${manifestPath}.state.json`
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
  setMaxListeners(defaultMaxListeners + plan.concurrency, options.signal)
  const { signal, listener } = options
  const lock = await lockRun(await throughLinks(options.statePath), plan.file, utcTime(plan.scheduledTime), {
    signal,
    notice: (notice) => listener.progress({ type: 'notice', ...notice }),
  })
  try {
    const state = await StateFile.read(options.statePath)
    await state.own(() => lock.assertHeld())
    const startedAt = new Date().toISOString()
    const { length } = plan.exports
    options.listener.info(
      `${length} ${length === 1 ? 'export' : 'exports'} of ${plan.file} for ${utcTime(plan.scheduledTime)}`,
      {
        event: 'run',
        manifest: plan.file,
        scheduledTime: utcTime(plan.scheduledTime),
        exports: length,
      },
    )
    const exports = await runAll(plan, state, options)
    const missed = lock.missedTimes()
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

/** The next start stands for the next period: what a blocked one stood for is made by nobody. */
function tellMissed(missed: readonly string[], { listener }: RunOptions): void {
  const message = `starts for ${missed.join(', ')} found this run at work and made nothing; run them with --scheduled-time`
  listener.progress({ type: 'notice', code: 'N_TIMES_MISSED', message })
}

async function runAll(plan: RunPlan, state: StateFile, options: RunOptions): Promise<ExportReport[]> {
  const reports: ExportReport[] = []
  const queue = plan.exports.entries()
  const worker = async () => {
    for (const [i, planned] of queue) reports[i] = await runOne(planned, state, options)
  }
  await Promise.all(Array.from({ length: plan.concurrency }, worker))
  return reports
}

async function runOne(planned: PlannedExport, state: StateFile, options: RunOptions): Promise<ExportReport> {
  const { onAbort } = options
  const listener = options.listener.forExport(planned.name)
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
    return await runExport(planned, { client, record, signal: stopping.signal, onAbort, listener })
  } finally {
    options.signal.removeEventListener('abort', stop)
    await client.close()
  }
}

type Ended = Omit<RunReport, 'startedAt' | 'endedAt' | 'hooks'>

function reportOf(plan: RunPlan, exports: readonly ExportReport[], signal: AbortSignal): Ended {
  const { complete, summary, failure } = endOf(exports, signal)
  return {
    manifest: basename(plan.path),
    scheduledTime: utcTime(plan.scheduledTime),
    complete,
    exitCode: failure?.exitCode ?? 0,
    summary,
    exports,
  }
}

/** A run that was stopped is no success and no failure: whoever stopped it starts it again. */
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
      cwd: dirname(plan.path),
      env,
      timeoutMs: plan.hookTimeoutMs,
      signal,
      listener,
    }),
  ]
}
