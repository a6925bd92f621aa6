import { asSluiceError } from '../abort.js'
import type { Client } from '../client/index.js'
import { isFinished } from '../client/job-record.js'
import type { ProgressListener } from '../model/progress.js'
import { killOnAbort } from '../pipeline/kill-on-abort.js'
import { awaitJob } from '../sources/attach.js'
import { withNextWait } from './next-command.js'
import type { AnswerOptions } from './options/answer.js'
import { type IssueFlags, type WaitFlags, waitLimit } from './options/waiting.js'
import type { Reporter } from './progress/reporter.js'
import type { Session } from './session.js'
import { printJson, printLines } from './text/print.js'

/** Waits for a job with progress on stderr; rejects with how it ended unless that is success. */
export async function waitFor(
  jobId: string,
  issued: boolean,
  client: Client,
  options: WaitFlags,
  session: Session,
  onProgress: ProgressListener = (event) => session.reporter.progress(event),
): Promise<void> {
  const { context, reporter } = session
  reporter.start()
  const wanted = { issued, waitTimeout: waitLimit(options), ...liveness(reporter) }
  const { signal } = context
  const heard: ProgressListener = (event) => {
    if (event.type === 'job' && issued)
      session.unfinishedJob = isFinished(event.status) ? undefined : event.jobId
    onProgress(event)
  }
  try {
    await awaitJob(client, jobId, wanted, { signal, onProgress: heard })
  } catch (error) {
    // A job that this run issued may be killed now.
    throw issued ? error : withNextWait(asSluiceError(error, signal), jobId)
  }
}

/** Somebody who watches a live line wants to know more of the job, and sooner. */
export function liveness({ live }: Reporter): { engineProgress?: boolean; maxPoll?: number } {
  return live ? { engineProgress: true, maxPoll: 5000 } : {}
}

/**
 * Prints the id of a job this run issued on stdout, and waits for the job where that is wanted. `more` is what JSON has besides.
 */
export async function announce(
  jobId: string,
  client: Client,
  options: IssueFlags & AnswerOptions,
  session: Session,
  more: object = {},
): Promise<void> {
  if (options.json) printJson({ jobId, ...more }, session)
  else printLines([jobId], session)
  if (!options.wait) return
  const { context, reporter } = session
  await killOnAbort(
    {
      jobId,
      signal: context.signal,
      onAbort: options.onInterrupt,
      onProgress: (event) => reporter.progress(event),
      kill: (id, signal) => client.jobs.kill(id, { signal }),
    },
    (onProgress) => waitFor(jobId, true, client, options, session, onProgress),
  )
}
