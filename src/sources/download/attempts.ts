import { asSluiceError, sleep, throwIfAborted } from '../../abort.js'
import { networkError } from '../../client/http/network-error.js'
import { backoff, isWorthRetrying } from '../../client/http/retry.js'
import { SluiceError } from '../../errors.js'
import type { ResultRequest } from './request.js'

const NO_PROGRESS_MS = 600_000

/** The server ended a reply properly, but before the end of what was asked for. */
export class EarlyEnd extends SluiceError {
  constructor(offset: number, total: number) {
    super('E_SIZE_MISMATCH', `the result ended after ${offset} of ${total} bytes`)
  }
}

/** The patience with a connection that keeps breaking: so many attempts, for so long, without a single new byte. */
export class Attempts {
  readonly #request: ResultRequest
  #failures = 0
  #failingSince: number | undefined

  constructor(request: ResultRequest) {
    this.#request = request
  }

  /** Something new came. */
  progress(): void {
    this.#failures = 0
    this.#failingSince = undefined
  }

  /**
   * Waits before the next attempt, which will go on at `offset`; throws `SluiceError` when there is none to
   * be made.
   */
  async afterFailure(thrown: unknown, offset: number): Promise<void> {
    const { client, jobId, signal, onBroken, noProgressMs = NO_PROGRESS_MS } = this.#request
    throwIfAborted(signal)
    const error = asSluiceError(thrown, signal, (cause) => networkError(cause, new URL(client.endpoint).host))
    error.jobId ??= jobId
    if (!(error instanceof EarlyEnd) && !isWorthRetrying(error)) throw error
    this.#failingSince ??= performance.now()
    this.#failures++
    const spent = performance.now() - this.#failingSince > noProgressMs
    if (spent || this.#failures > client.patience.retries) throw error
    onBroken(offset, error)
    await sleep(backoff(this.#failures, client.patience, error), signal)
  }
}
