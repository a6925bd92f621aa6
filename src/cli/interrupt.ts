import { deadline } from '../abort.js'
import type { Client } from '../client/index.js'
import { isFinished } from '../client/job-record.js'
import { messageOf, SluiceError } from '../errors.js'
import type { JobEvent } from '../model/progress.js'
import type { InterruptOptions } from './options/waiting.js'
import type { Session } from './session.js'

/** The server gets this long to take the kill request. */
const GRACE_MS = 5000

/**
 * Kills the job that this run issued when the run is stopped before the job has finished, so that nothing is left
 * running that nobody waits for.
 */
export class JobGuard {
  readonly #client: Client
  readonly #session: Session
  readonly #leave: boolean
  #job: JobEvent | undefined
  #killed: Promise<void> | undefined

  constructor(client: Client, options: InterruptOptions, session: Session) {
    this.#client = client
    this.#session = session
    this.#leave = options.onInterrupt === 'leave'
  }

  /** Takes the events of the run. */
  readonly observe = (event: JobEvent): void => {
    this.#job = event
    if (this.#session.context.signal.aborted) this.#stop()
  }

  /** Runs `work` under guard; its failure comes only after the job was dealt with. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const { signal } = this.#session.context
    const stop = () => this.#stop()
    signal.addEventListener('abort', stop, { once: true })
    try {
      return await work()
    } finally {
      signal.removeEventListener('abort', stop)
      await this.#killed
    }
  }

  #stop(): void {
    const job = this.#job
    if (job === undefined || !job.issued || isFinished(job.status)) return
    if (this.#leave)
      this.#session.reporter.info(`job ${job.jobId} goes on; td-sluice dump ${job.jobId} attaches to it`)
    else this.#killed ??= this.#kill(job.jobId)
  }

  async #kill(jobId: string): Promise<void> {
    const { reporter } = this.#session
    const limit = deadline(GRACE_MS, undefined, () => {
      return new SluiceError('E_TIMEOUT', `the API did not answer within ${GRACE_MS / 1000} s`)
    })
    try {
      await this.#client.jobs.kill(jobId, { signal: limit.signal })
      reporter.info(`job ${jobId} was killed`, { event: 'killed', jobId })
    } catch (error) {
      reporter.info(`job ${jobId} could not be killed and may still run: ${messageOf(error)}`, { jobId })
    } finally {
      limit.clear()
    }
  }
}
