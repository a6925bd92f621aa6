import type { JobEvent, TransferEvent } from '../../model/progress.js'
import type { LineState } from './line.js'
import { Rate } from './rate.js'

/** State of one run of a query, from its events. */
export class RunState {
  readonly #now: () => number
  readonly #rate = new Rate()
  #job: JobEvent | undefined
  #transfer: TransferEvent | undefined
  /** When the state that it is in began. */
  #since: number

  /** @param now a monotonic clock, in milliseconds */
  constructor(now: () => number) {
    this.#now = now
    this.#since = now()
  }

  /** Work begins that may take a while before its first event. */
  begin(): void {
    this.#since = this.#now()
  }

  /** Takes an event, and tells whether it begins another state. */
  job(event: JobEvent): boolean {
    const isNew = this.#job?.status !== event.status
    // Another job has a download of its own.
    if (this.#job !== undefined && this.#job.jobId !== event.jobId) this.#transfer = undefined
    this.#job = event
    if (isNew) this.#since = this.#now()
    return isNew
  }

  transfer(event: TransferEvent): void {
    const now = this.#now()
    if (this.#transfer === undefined) this.#since = now - event.elapsedMs
    this.#transfer = event
    this.#rate.add(now, event.bytesIn)
  }

  /** As it is to be shown. */
  get line(): LineState {
    return {
      ...(this.#job === undefined ? {} : { job: this.#job }),
      ...(this.#transfer === undefined ? {} : { transfer: this.#transfer }),
      elapsedMs: this.#now() - this.#since,
      bytesPerSecond: this.#rate.perSecond,
    }
  }
}
