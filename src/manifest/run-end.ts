import { interruption } from '../abort.js'
import { isFinished } from '../client/index.js'
import { ERROR_TABLE, SluiceError } from '../errors.js'
import type { ExportReport } from './report.js'

/** How a whole run ended. */
export interface RunEnd {
  /** Whether every export is written or was before. */
  readonly complete: boolean
  /** Result and remaining work in one line. */
  readonly summary: string
  /**
   * The signal's error when the run was stopped, else one with the code of the first failed export in the order of the
   * manifest; of several scheduled times with that of the worst, which no later start mends. Undefined when all is complete.
   */
  readonly failure: SluiceError | undefined
}

/** Summary of the outcomes of all exports. */
export function endOf(exports: readonly ExportReport[], signal: AbortSignal): RunEnd {
  const of = (outcome: ExportReport['outcome']) => exports.filter((each) => each.outcome === outcome)
  const [written, skipped, failed] = [of('written').length, of('skipped').length, of('failed')]
  const complete = written + skipped === exports.length
  const jobs = exports.filter(isJobLeft).map(({ jobId }) => jobId)
  const hint = jobs.length === 0 ? undefined : 'run it again: it attaches to what goes on'
  const goOn = jobs.length === 0 ? [] : [`${listed(jobs)} ${jobs.length === 1 ? 'goes' : 'go'} on`]
  const times = new Set(exports.map(({ scheduledTime }) => scheduledTime)).size
  const codes = codesOf(failed, times)
  const ofTimes = times > 1 ? ` for ${times} scheduled times` : ''
  const before = skipped === 0 ? '' : `, ${skipped} skipped`
  if (signal.aborted) {
    const { code, message, cause } = interruption(signal)
    const done = `${written} of ${exports.length} written${before}${ofTimes}`
    const wrong = failed.length === 0 ? [] : [`${failed.length} failed: ${codes}`]
    const summary = [message, done, ...wrong, ...goOn].join('; ')
    const advice = hint ?? (complete ? undefined : 'run it again: it does what remains')
    return { complete, summary, failure: new SluiceError(code, summary, { cause, hint: advice }) }
  }
  const worst = times > 1 ? failed.find(({ error }) => !error!.retryable) : undefined
  const first = (worst ?? failed[0])?.error
  if (first === undefined) {
    return {
      complete,
      summary: `complete: ${written} written, ${skipped} skipped${ofTimes}`,
      failure: undefined,
    }
  }
  const summary = [`${failed.length} of ${exports.length} exports failed${ofTimes}: ${codes}`, ...goOn].join(
    '; ',
  )
  return { complete, summary, failure: new SluiceError(first.code, summary, { hint }) }
}

/** Whether an export ended before its job did. */
function isJobLeft({ error, jobId, jobStatus }: ExportReport): boolean {
  if (error === undefined || jobId === undefined || ERROR_TABLE[error.code].job !== 'alive') return false
  // A job of an earlier start may not have been looked at yet.
  return jobStatus === undefined || !isFinished(jobStatus)
}

function codesOf(failed: readonly ExportReport[], times: number): string {
  const named = failed.slice(0, MOST_NAMED).map(({ name, scheduledTime, error }) => {
    return `${name}${times > 1 ? ` ${scheduledTime}` : ''} (${error!.code})`
  })
  return [...named, ...(failed.length > MOST_NAMED ? [`and ${failed.length - MOST_NAMED} more`] : [])].join(
    ', ',
  )
}

/** Most jobs and exports that the summary names. */
const MOST_NAMED = 20

function listed(jobs: readonly (string | undefined)[]): string {
  const more = jobs.length > MOST_NAMED ? ` and ${jobs.length - MOST_NAMED} more` : ''
  return `${jobs.length === 1 ? 'job' : 'jobs'} ${jobs.slice(0, MOST_NAMED).join(', ')}${more}`
}
