import pRetry from 'p-retry'
import { asSluiceError, sleep, throwIfAborted } from '../../abort.js'
import { ERROR_TABLE, reworded, SluiceError, systemCode } from '../../errors.js'
import { UnusableReply } from '../json.js'
import { LONGEST_RETRY_AFTER_MS } from './retry-after.js'

export interface RetryPolicy {
  /** How often to try again; the total number of attempts is one more. */
  readonly retries: number
  /** The first backoff, in milliseconds. */
  readonly retryDelayMs: number
  /** Called before each pause with what failed and how long the pause is, in milliseconds. */
  readonly onRetry?: ((failure: SluiceError, pauseMs: number) => void) | undefined
}

const LONGEST_BACKOFF_MS = 30_000

/** Failures before there is a connection, on which a request could go. */
const UNCONNECTED = new Set<string | undefined>([
  ...['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'UND_ERR_CONNECT_TIMEOUT'],
])

/** Failures of requests none of whose attempts got as far as the server. */
const UNSENT = new WeakSet<object>()

/** Whether a request that failed was never sent, in none of its attempts: nothing can have come of it. */
export function wasNeverSent(error: SluiceError): boolean {
  return UNSENT.has(error)
}

/** Whether an attempt failed before it had a connection: a name that is not found, a refusal, a broken handshake. */
function isUnconnected(error: unknown): boolean {
  if (!(error instanceof SluiceError)) return false
  if (error.code === 'E_DNS' || error.code === 'E_TLS') return true
  const { cause } = error
  // Of several addresses of a host, each may fail in its own way.
  const causes: unknown[] = cause instanceof AggregateError ? cause.errors : [cause]
  return causes.length > 0 && causes.every((one) => UNCONNECTED.has(systemCode(one)))
}

/** Whether the cause of a failure may pass within seconds. */
export function isTransient(error: unknown): error is SluiceError {
  if (!(error instanceof SluiceError)) return false
  // A handshake cut short is the network's fault, unlike a certificate, which stays as bad as it is.
  const cutHandshake = error.code === 'E_TLS' && systemCode(error.cause) === 'ECONNRESET'
  return ERROR_TABLE[error.code].transient || cutHandshake
}

/** Whether to repeat the request soon; false when the server asked for a longer pause than `LONGEST_RETRY_AFTER_MS`. */
export function isWorthRetrying(error: unknown): error is SluiceError {
  if (error instanceof UnusableReply) return true
  return isTransient(error) && (error.retryAfterMs ?? 0) <= LONGEST_RETRY_AFTER_MS
}

/**
 * How long to wait before trying again, in milliseconds: exponential backoff up to 30 s with full jitter, and at least
 * what the server asked for. `failures` counts from 1.
 */
export function backoff(failures: number, policy: RetryPolicy, error?: SluiceError): number {
  const ceiling = Math.min(LONGEST_BACKOFF_MS, policy.retryDelayMs * 2 ** (failures - 1))
  return Math.max(Math.random() * ceiling, error?.retryAfterMs ?? 0)
}

/** Calls `attempt` until it succeeds, fails for good, or the retries are used up; rejects with its last error. */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  policy: RetryPolicy,
  signal: AbortSignal | undefined,
): Promise<T> {
  let isUnsent = true
  const last = (error: Error) => {
    if (isUnsent) UNSENT.add(error)
    return error
  }
  try {
    return await pRetry(attempt, {
      retries: policy.retries,
      // The waiting is done below, for p-retry knows neither full jitter nor Retry-After.
      minTimeout: 0,
      signal,
      async onFailedAttempt({ error, attemptNumber, retriesLeft }) {
        // An abort cuts off the attempt under way, which may then fail in any way.
        throwIfAborted(signal)
        isUnsent &&= isUnconnected(error)
        if (!isWorthRetrying(error)) throw last(error)
        if (retriesLeft === 0) throw last(attemptNumber > 1 ? exhausted(error, attemptNumber) : error)
        const pauseMs = backoff(attemptNumber, policy, error)
        policy.onRetry?.(error, pauseMs)
        await sleep(pauseMs, signal)
      },
    })
  } catch (error) {
    throw asSluiceError(error, signal)
  }
}

function exhausted(error: SluiceError, attempts: number): SluiceError {
  return reworded(error, { message: `${error.message} (${attempts} attempts)` })
}
