/**
 * `runManifest`: many exports from one file, each done once for a scheduled time, as `td-sluice run` does them.
 *
 * @packageDocumentation
 */

import { resolve } from 'node:path'
import {
  Client,
  type ConfigOptions,
  checkConfigOptions,
  type ManifestAccount,
  resolveAccount,
} from '../client/index.js'
import { requireShape, type SluiceError } from '../errors.js'
import { isUrl, pathOfUrl } from '../files/file-url.js'
import type { ProgressEvent } from '../model/progress.js'
import type { OnAbort } from '../pipeline/kill-on-abort.js'
import { checkOptions, type OptionShapes } from '../usage.js'
import type { ManifestDefinition } from './definition.js'
import type { Environment } from './environment.js'
import { EventTeller } from './event-teller.js'
import type { ManifestEvent } from './events.js'
import { manifestText } from './manifest-text.js'
import type { RunReport } from './report.js'

export type { ReportedError } from '../errors.js'
export type { GateResult } from '../pipeline/gates/expectations.js'
export {
  defineManifest,
  type ExportDefinition,
  type ExportSettings,
  type ManifestDefinition,
} from './definition.js'
export type { Environment } from './environment.js'
export type {
  ExportEndedEvent,
  ExportStartedEvent,
  JobIssuedEvent,
  ManifestEvent,
  PlannedEvent,
  RunFinishedEvent,
  RunProgressEvent,
} from './events.js'
export type { ManifestProblems, Problem } from './problems.js'
export type { ExportReport, HookReport, RunReport } from './report.js'
export type { Blocked } from './run-lock.js'

/** How a manifest is run. */
export interface RunManifestOptions {
  /**
   * The account and how to reach it.
   *
   * @default from the environment and `~/.td/td.conf`
   */
  readonly connection?: ConfigOptions | undefined
  /**
   * The time to run for, such as `2026-01-31`, `2026-01-31T06:00+09:00` or a `Date`.
   *
   * @default when the present period of the schedule began
   */
  readonly scheduledTime?: string | Date | undefined
  /** All scheduled times from this one on, as `scheduledTime` is written. */
  readonly from?: string | Date | undefined
  /**
   * The last of those; a day without a time stands for the whole day.
   *
   * @default the present one
   */
  readonly to?: string | Date | undefined
  /** The last scheduled times, that many, the present one included. */
  readonly last?: number | undefined
  /**
   * How many of several scheduled times are worked on at the same time, each with `concurrency` exports.
   *
   * @default 1
   */
  readonly parallel?: number | undefined
  /**
   * Names of exports.
   *
   * @default all
   */
  readonly only?: readonly string[] | undefined
  /**
   * Issue new jobs and write everything again.
   *
   * @default false
   */
  readonly force?: boolean | undefined
  /**
   * Export all rows of the exports with a watermark, from its `initial` on.
   *
   * @default false
   */
  readonly fullRefresh?: boolean | undefined
  /**
   * The file that records what was done, relative to the current folder; for an object, which needs one, relative to `folder`.
   *
   * @default beside the manifest, with `.state.json` at its end
   */
  readonly state?: string | undefined
  /**
   * The variables that the manifest may use, and those of its hooks.
   *
   * @default process.env
   */
  readonly env?: Environment | undefined
  /**
   * For a manifest that is an object: the folder that its paths are relative to, and that its hooks run in.
   *
   * @default the current folder
   */
  readonly folder?: string | undefined
  /** Stops the run as Ctrl-C does: exports under way are `stopped` in its report, which is returned all the same. */
  readonly signal?: AbortSignal | undefined
  /**
   * Whether to kill the jobs that the run issued when it is stopped.
   *
   * @default 'leave'
   */
  readonly onAbort?: OnAbort | undefined
  /**
   * Called with each event of the run: all that it does, typed. What the function throws stops the run as `signal` does, and is
   * thrown in the end.
   */
  readonly onEvent?: ((event: ManifestEvent) => void) | undefined
  /** Called with each event of jobs and downloads, and the name and scheduled time of the export that it is about. */
  readonly onProgress?:
    | ((event: ProgressEvent, exportName: string | undefined, scheduledTime: Date | undefined) => void)
    | undefined
}

const OPTIONS: OptionShapes<RunManifestOptions> = {
  connection: 'object',
  scheduledTime: 'text or object',
  from: 'text or object',
  to: 'text or object',
  last: 'count',
  parallel: 'count',
  only: 'texts',
  force: 'boolean',
  fullRefresh: 'boolean',
  state: 'text',
  folder: 'text',
  env: 'object',
  signal: 'signal',
  onAbort: ['kill', 'leave'],
  onEvent: 'function',
  onProgress: 'function',
}

/**
 * Runs the exports of a manifest, a file or an object, as far as earlier runs for the same scheduled time have not done them. What became of each
 * is in the report, failures too: the run is done when it is `complete`.
 *
 * Two runs of one manifest exclude each other, also when the other is one of the command.
 *
 * @example
 * const { complete, exports } = await runManifest('exports.yaml', { scheduledTime: '2026-01-31' })
 * @throws SluiceError when it comes to no export: `E_CONFIG` with all `ManifestProblems` as its cause (their lines are those of
 *   `JSON.stringify(manifest, null, 2)` where it is an object), `E_LOCKED` when another
 *   run is at work, `E_IO` when the manifest cannot be read, `E_USAGE` for wrong options.
 */
export async function runManifest(
  manifest: string | URL | ManifestDefinition,
  options: RunManifestOptions = {},
): Promise<RunReport> {
  checkOptions(options, 'runManifest', OPTIONS)
  if (options.connection !== undefined) checkConfigOptions(options.connection, 'connection')
  const {
    connection = {},
    scheduledTime,
    only,
    force = false,
    fullRefresh = false,
    env = process.env,
    onAbort = 'leave',
  } = options
  // As the command imports them: one file of the package has them for both.
  const { planRun } = await import('./plan.js')
  const { runPlan } = await import('./run.js')
  const { refuseSharedPlaces } = await import('../files/places.js')
  const configFor = (account: ManifestAccount, more: ConfigOptions = {}) =>
    resolveAccount({ ...connection, ...more }, account)
  const { last, parallel } = options
  const plan = await planRun({
    ...placeOf(manifest, options),
    env,
    accountFor: (account) => {
      const { endpoint, database } = configFor(account)
      return { endpoint, database: connection.database ?? (env.TD_DATABASE || database) }
    },
    scheduledTime: timeText(scheduledTime),
    from: timeText(options.from),
    to: timeText(options.to),
    last,
    parallel,
    only,
  })
  const { statePath } = plan
  refuseSharedPlaces([...plan.places, { what: `the state ${statePath}`, at: statePath, use: 'write' }])
  const teller = new EventTeller(plan, options)
  teller.planned()
  const report = await runPlan(plan, {
    createClient: ({ progress }) =>
      new Client(
        configFor(plan.account, {
          onRetry: (failure, pauseMs) => {
            progress({ type: 'notice', code: 'N_RETRY', message: retryText(failure, pauseMs) })
            connection.onRetry?.(failure, pauseMs)
          },
        }),
      ),
    force,
    fullRefresh,
    env,
    signal: teller.signal,
    onAbort,
    listener: { ...teller.listener(), forExport: (planned) => teller.listener(planned) },
  })
  teller.finished(report)
  return report
}

/** Where the manifest is and what it is relative to. */
function placeOf(manifest: unknown, { folder, state }: RunManifestOptions) {
  if (typeof manifest === 'string' || isUrl(manifest)) {
    requireShape(folder === undefined, 'the option folder', 'left out for a manifest that is a file')
    const file = typeof manifest === 'string' ? manifest : pathOfUrl(manifest as URL, 'manifests')
    return { file, cwd: process.cwd(), state }
  }
  const source = manifestText(manifest)
  requireShape(state !== undefined, 'the option state', 'given for a manifest that is an object: a file')
  return { file: 'the manifest', source, cwd: resolve(folder ?? '.'), state }
}

function retryText({ code, message }: SluiceError, pauseMs: number): string {
  return `${code}: ${message}; trying again in ${pauseMs} ms`
}

function timeText(time: string | Date | undefined): string | undefined {
  if (time === undefined || typeof time === 'string') return time
  requireShape(time instanceof Date && !Number.isNaN(time.getTime()), 'scheduledTime', 'a text or a Date')
  // Seconds since 1970.
  return String(Math.floor(time.getTime() / 1000))
}
