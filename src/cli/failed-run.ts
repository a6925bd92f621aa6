import { readFile, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { messageOf, type SluiceError, systemCode } from '../errors.js'
import { SharedPlaces } from '../files/places.js'
import type { RunReport } from '../manifest/report.js'
import { targetOf } from '../sinks/targets/index.js'
import type { Context } from './context.js'
import { toSluiceError } from './failure.js'
import { prepareMetrics, type SaveMetrics } from './metrics-file.js'
import { prepareReport } from './report-file.js'
import type { Session } from './session.js'

/** What a run has come to, as far as its failure must know. */
export interface RunProgress {
  /** In UTC, once it is known. */
  scheduledTime?: string
  /**
   * Writes that a run is under way where there is no report yet; to be called once the places of the run are known to be its
   * own.
   */
  begun?: () => Promise<void>
  /** Set when what became of each export is known: the run then reports itself. */
  reported?: boolean
  /** Set when the exports of the report are all of the manifest, and not those that `--only` names. */
  isWhole?: boolean
}

/** Writes the report where it is wanted, in the place of the one before, and the metrics. */
export type SaveReport = (report: RunReport) => Promise<void>

/** What the command line of a run names. */
export interface RunPlaces {
  readonly manifest: string | undefined
  readonly report: string | undefined
  readonly metricsFile: string | undefined
}

/**
 * Runs `work`, and sees to it that the report and `on_failure` tell of a failure, however
 * early that is. A report of an earlier run stops saying that all is complete before anything begins, so that it does not say so
 * after a kill either.
 */
export async function withFailureReport(
  session: Session,
  { manifest, report, metricsFile }: RunPlaces,
  work: (progress: RunProgress, save: SaveReport) => Promise<void>,
): Promise<void> {
  const { context, reporter } = session
  const progress: RunProgress = {}
  const startedAt = new Date().toISOString()
  const path = manifest === undefined ? undefined : resolve(context.cwd, manifest)
  const begun = {
    manifest: path === undefined ? null : basename(path),
    startedAt,
    endedAt: null,
    complete: false,
    exitCode: null,
    summary: 'at work, or killed',
    exports: [],
    hooks: [],
  }
  let save: ((report: object) => Promise<void>) | undefined
  let saveMetrics: SaveMetrics | undefined
  let file: string | undefined
  try {
    file = report === undefined ? undefined : targetOf(report, context).location
    const saveReport = await prepareReport(report, context)
    save = saveReport
    if (file !== undefined && (await whatIs(file)) === 'report') await save(begun)
    saveMetrics = await prepareMetrics(metricsFile, context)
    progress.begun = async () => {
      if (file !== undefined && (await whatIs(file)) === 'nothing') await saveReport(begun)
    }
    await work(progress, async (done) => {
      try {
        await saveReport(done)
      } catch (error) {
        // What was complete fails by its report.
        const { exitCode } = done.complete ? toSluiceError(error, context.signal) : done
        await saveMetrics?.({ ...done, complete: false, exitCode }, progress.isWhole === true).catch(() => {})
        throw error
      }
      await saveMetrics?.(done, progress.isWhole === true)
    })
  } catch (error) {
    if (progress.reported === true) throw error
    // Where one of the two cannot be written, the other tells it.
    if (save === undefined) saveMetrics = await prepareMetrics(metricsFile, context).catch(() => undefined)
    const failure = toSluiceError(error, context.signal)
    const { tellFailedStart } = await import('../manifest/failed-start.js')
    const told = await tellFailedStart({
      path,
      failure,
      startedAt,
      scheduledTime: progress.scheduledTime,
      env: context.env,
      signal: context.signal,
      listener: {
        progress: (event) => reporter.progress(event),
        info: (message, fields) => reporter.info(message, fields),
        forExport: () => ({ progress() {}, info() {}, failure() {} }),
      },
    })
    if (save !== undefined && (await isForReport(file, failure))) {
      await saveAfterFailure(save, told, session)
    }
    if (saveMetrics !== undefined && !isShared(metricsFile, failure, context)) {
      const ofMetrics = saveMetrics
      await saveAfterFailure((done) => ofMetrics(done, false), told, session)
    }
    throw error
  }
}

/** Writes the report of a run that has failed already: what it failed with is told, also when the report cannot be written. */
export async function saveAfterFailure(
  save: SaveReport,
  report: RunReport,
  { reporter }: Session,
): Promise<void> {
  await save(report).catch((error) => {
    reporter.progress({ type: 'notice', code: 'N_NO_REPORT', message: messageOf(error) })
  })
}

/**
 * Whether the report of a failed start may be written to `file`, or to stdout without one. What is no report there may be
 * the manifest or an output, which a start that fails may not have looked at yet.
 */
async function isForReport(file: string | undefined, { cause }: SluiceError): Promise<boolean> {
  if (file === undefined) return true
  if (cause instanceof SharedPlaces && cause.involves(file)) return false
  return (await whatIs(file)) !== 'other'
}

/** Whether the failure is that the metrics would lie where something else does. */
function isShared(file: string | undefined, { cause }: SluiceError, context: Context): boolean {
  return file !== undefined && cause instanceof SharedPlaces && cause.involves(resolve(context.cwd, file))
}

/** More bytes than any report has. */
const MOST_BYTES = 64 * 1024 * 1024

/** What there is at the path of the report; devices and pipes hold nothing that could be lost. */
async function whatIs(file: string): Promise<'report' | 'nothing' | 'device' | 'other'> {
  try {
    const found = await stat(file)
    if (!found.isFile()) return 'device'
    if (found.size === 0) return 'nothing'
    if (found.size > MOST_BYTES) return 'other'
    const { manifest, startedAt, complete } = JSON.parse(await readFile(file, 'utf8'))
    const known =
      (typeof manifest === 'string' || manifest === null) &&
      typeof startedAt === 'string' &&
      typeof complete === 'boolean'
    return known ? 'report' : 'other'
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? 'nothing' : 'other'
  }
}
