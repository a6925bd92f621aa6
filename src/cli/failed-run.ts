import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { messageOf, systemCode } from '../errors.js'
import { toSluiceError } from './failure.js'
import type { Session } from './session.js'

/** What a run has come to, as far as its failure must know. */
export interface RunProgress {
  /** In UTC, once it is known. */
  scheduledTime?: string
  /** Set when what became of each export is known: the run then reports itself. */
  reported?: boolean
  /** Set when the report has no place of its own, so that it must not be written. */
  isReportRefused?: boolean
}

/**
 * Runs `work`, and sees to it that whoever looks at the report or waits for `on_failure` learns of a failure, however
 * early that is. A report of an earlier run stops saying that all is complete before anything begins, so that it does not say so
 * after a kill either.
 */
export async function withFailureReport(
  session: Session,
  { manifest, report }: { manifest: string; report: string | undefined },
  work: (progress: RunProgress) => Promise<void>,
): Promise<void> {
  const { context, reporter } = session
  const progress: RunProgress = {}
  const startedAt = new Date().toISOString()
  const path = resolve(context.cwd, manifest)
  const file = report === undefined ? undefined : resolve(context.cwd, report)
  const begun = { manifest: path, startedAt, endedAt: null, complete: false, exitCode: null }
  const save = async (text: object) => {
    const { prepareReport } = await import('./report-file.js')
    await (await prepareReport(report, [], context))(text)
  }
  if (file !== undefined && (await whatIs(file)) === 'report') await save(begun)
  try {
    await work(progress)
  } catch (error) {
    if (progress.reported === true) throw error
    const { tellFailedStart } = await import('../manifest/failed-start.js')
    const told = await tellFailedStart({
      path,
      failure: toSluiceError(error, context.signal),
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
    // What is no report may be the manifest or an output, which a start that fails may not have looked at yet.
    if (file !== undefined && !progress.isReportRefused && (await whatIs(file)) !== 'other') {
      await save(told).catch((second) => {
        reporter.progress({ type: 'notice', code: 'N_NO_REPORT', message: messageOf(second) })
      })
    }
    throw error
  }
}

/** More bytes than any report has. */
const MOST_BYTES = 64 * 1024 * 1024

/** What there is at the path of the report; devices and pipes hold nothing that could be lost. */
async function whatIs(file: string): Promise<'report' | 'nothing' | 'other'> {
  try {
    const found = await stat(file)
    if (!found.isFile() || found.size === 0) return 'nothing'
    if (found.size > MOST_BYTES) return 'other'
    const { manifest, startedAt, complete } = JSON.parse(await readFile(file, 'utf8'))
    const known =
      typeof manifest === 'string' && typeof startedAt === 'string' && typeof complete === 'boolean'
    return known ? 'report' : 'other'
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? 'nothing' : 'other'
  }
}
