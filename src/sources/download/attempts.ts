import { asSluiceError, sleep, throwIfAborted } from '../../abort.js'
import { networkError } from '../../client/http/network-error.js'
import { backoff, isWorthRetrying } from '../../client/http/retry.js'
import { SluiceError } from '../../errors.js'
import type { ResultRequest } from './request.js'

const NO_PROGRESS_MS = 600_000
/** Window of the average for a download's pace, in milliseconds of waiting for bytes. */
const PACE_WINDOW_MS = 300_000

/** The server ended a reply properly, but before the end of what was asked for. */
export class EarlyEnd extends SluiceError {
  constructor(offset: number, total: number) {
    super('E_SIZE_MISMATCH', `the result ended after ${offset} of ${total} bytes`)
  }
}

/** The server has sent too little for too long, whatever made it so: another attempt would be as slow. */
class TooSlow extends SluiceError {}

/**
 * The patience with a connection that keeps breaking, and with one that hardly moves: it allows a number of attempts in
 * a row, for a limited time, without a single new byte; and bytes must come at a least pace.
 */
export class Attempts {
  readonly #request: ResultRequest
  readonly #pace: Pace
  #failures = 0
  #failingSince: number | undefined

  /** @param connections how many share the way to the server, and so the least pace */
  constructor(request: ResultRequest, connections = 1) {
    this.#request = request
    const { minBytesPerSecond, idleTimeoutMs } = request.client.patience
    this.#pace = new Pace(
      minBytesPerSecond / connections,
      request.paceWindowMs ?? PACE_WINDOW_MS,
      idleTimeoutMs,
    )
  }

  /** Something new is wanted from now on. */
  wanted(): void {
    this.#pace.wanted()
  }

  /** Something new came. Throws `E_TIMEOUT` when what came in the last minutes is too little. */
  progress(bytes: number): void {
    this.#failures = 0
    this.#failingSince = undefined
    this.#pace.add(bytes)
  }

  /**
   * Waits before the next attempt, which will go on at `offset`; throws `SluiceError` when there is none to
   * be made. A connection that breaks when no bytes are `missing` any more has done its work.
   */
  async afterFailure(thrown: unknown, offset: number, missing = Number.POSITIVE_INFINITY): Promise<void> {
    const { client, jobId, signal, onBroken, noProgressMs = NO_PROGRESS_MS } = this.#request
    throwIfAborted(signal)
    const error = asSluiceError(thrown, signal, (cause) => networkError(cause, new URL(client.endpoint).host))
    error.jobId ??= jobId
    if (error instanceof TooSlow && missing > 0) throw error
    if (!(error instanceof EarlyEnd) && !isWorthRetrying(error)) throw error
    if (missing === 0) return
    this.#failingSince ??= performance.now()
    this.#failures++
    const spent = performance.now() - this.#failingSince > noProgressMs
    if (spent || this.#failures > client.patience.retries) throw error
    onBroken(offset, error)
    await sleep(backoff(this.#failures, client.patience, error), signal)
  }
}

/**
 * The pace at which bytes come, one window of waiting after the other. Time counts only while bytes are wanted, so a slow
 * reader downstream makes no server slow. A break counts for as long as a silent server is borne with, no longer: getting
 * over an outage is the attempts' business.
 */
class Pace {
  readonly #leastPerMs: number
  readonly #windowMs: number
  readonly #longestGapMs: number
  #wantedSince = performance.now()
  #waitedMs = 0
  #bytes = 0

  constructor(leastPerSecond: number, windowMs: number, longestGapMs: number) {
    this.#leastPerMs = leastPerSecond / 1000
    this.#windowMs = windowMs
    this.#longestGapMs = longestGapMs
  }

  wanted(): void {
    this.#wantedSince = performance.now()
  }

  add(bytes: number): void {
    const now = performance.now()
    this.#waitedMs += Math.min(now - this.#wantedSince, this.#longestGapMs)
    this.#wantedSince = now
    this.#bytes += bytes
    if (this.#waitedMs < this.#windowMs) return
    if (this.#bytes < this.#leastPerMs * this.#waitedMs) {
      const seconds = Math.round(this.#waitedMs / 1000)
      throw new TooSlow(
        'E_TIMEOUT',
        `the server sent ${this.#bytes} bytes in ${seconds} s, which is too slow`,
      )
    }
    this.#waitedMs = 0
    this.#bytes = 0
  }
}
