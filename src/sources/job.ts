import { checkJobId } from '../client/arguments.js'
import {
  checkSourceOptions,
  clientFor,
  JOB_SOURCE_OPTIONS,
  type JobSourceOptions,
  openJob,
} from './attach.js'
import type { Source } from './contract.js'

/**
 * The result of an existing job: waits for the job if it still runs, then downloads.
 *
 * @example
 * ```ts
 * await pipeline(job('12345'), csv('result.csv'))
 * ```
 *
 * @throws SluiceError `E_USAGE` for an invalid job id, and for an option that is unknown or has another shape. `open` rejects with `E_JOB_FAILED`, `E_JOB_KILLED`, `E_DEADLINE`,
 *   `E_NO_RESULT`, `E_PROTOCOL` when the status of the job and its record contradict each other, and with what the
 *   client's requests reject with.
 */
export function job(jobId: string | number, options: JobSourceOptions = {}): Source {
  const id = checkJobId(jobId)
  checkSourceOptions(options, 'job', JOB_SOURCE_OPTIONS)
  return {
    kind: 'job',
    keepsDownload: options.spool !== undefined,
    async open(context) {
      const { client, release } = clientFor(options)
      try {
        const opened = await openJob(client, id, { ...options, issued: false }, context)
        opened.body.once('close', release)
        return opened
      } catch (error) {
        await release()
        throw error
      }
    },
  }
}
