import { deadline } from '../abort.js'
import { isFinished } from '../client/job-record.js'
import { messageOf, SluiceError } from '../errors.js'
import type { JobEvent, ProgressListener } from '../model/progress.js'

/** How to treat a job that the run issued when the run is aborted while the job still runs. */
export type OnAbort = 'kill' | 'leave'

/** How to kill a job, and whether to. */
export interface AbortPolicy {
  /** A job that this run has issued before `work`. */
  readonly jobId?: string
  readonly signal: AbortSignal
  /** @default 'leave' */
  readonly onAbort: OnAbort | undefined
  readonly onProgress: ProgressListener
  /** Missing where `work` issues no jobs. */
  readonly kill: ((jobId: string, signal: AbortSignal) => Promise<unknown>) | undefined
}

/** The API gets this long to take the kill request. */
const GRACE_MS = 5000

/**
 * Does `work` that issues a job or waits for one, and hands on its events. When `signal` ends it before the job has
 * finished, a job that this run issued is killed, or left alone, before the failure is thrown; a notice says which:
 * `N_KILLED`, `N_NOT_KILLED` or `N_JOB_LEFT`.
 */
export async function killOnAbort<T>(
  policy: AbortPolicy,
  work: (onProgress: ProgressListener) => Promise<T>,
): Promise<T> {
  const { jobId } = policy
  let job: Pick<JobEvent, 'jobId' | 'status' | 'issued'> | undefined =
    jobId === undefined ? undefined : { jobId, status: 'queued', issued: true }
  try {
    return await work((event) => {
      if (event.type === 'job') job = event
      policy.onProgress(event)
    })
  } catch (error) {
    if (!job?.issued) throw error
    if (error instanceof SluiceError) error.jobId ??= job.jobId
    if (policy.signal.aborted && !isFinished(job.status)) await settle(job.jobId, policy)
    throw error
  }
}

async function settle(jobId: string, { onAbort, kill, onProgress }: AbortPolicy): Promise<void> {
  const tell = (code: string, message: string) => onProgress({ type: 'notice', code, message, jobId })
  if (onAbort !== 'kill' || kill === undefined) {
    return tell('N_JOB_LEFT', `job ${jobId} goes on; td-sluice dump ${jobId} attaches to it`)
  }
  const limit = deadline(GRACE_MS, undefined, () => {
    return new SluiceError('E_TIMEOUT', `the API did not answer within ${GRACE_MS / 1000} s`)
  })
  try {
    await kill(jobId, limit.signal)
    tell('N_KILLED', `job ${jobId} was killed`)
  } catch (error) {
    tell('N_NOT_KILLED', `job ${jobId} could not be killed and may still run: ${messageOf(error)}`)
  } finally {
    limit.clear()
  }
}
