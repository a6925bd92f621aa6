import type { Readable, Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { messageOf, SluiceError, shortageError } from './errors.js'

/** The error of an aborted `signal`: its reason if that is a `SluiceError`, else `E_INTERRUPTED`. */
export function interruption(signal: AbortSignal): SluiceError {
  if (signal.reason instanceof SluiceError) return signal.reason
  return new SluiceError('E_INTERRUPTED', 'stopped by the AbortSignal', { cause: signal.reason })
}

/**
 * Any thrown value as a `SluiceError`. One that is a `SluiceError` stays as it is. Any other error of an aborted run comes
 * from the abort, whatever a stream, a socket or a driver calls it, and becomes the signal's error. The rest goes through
 * `convert`, which knows what failed there; without it an error of another class is a bug, `E_INTERNAL`, unless the process lacks something.
 */
export function asSluiceError(
  error: unknown,
  signal?: AbortSignal,
  convert: (error: unknown) => SluiceError = bug,
): SluiceError {
  if (error instanceof SluiceError) return error
  return signal?.aborted ? interruption(signal) : convert(error)
}

function bug(error: unknown): SluiceError {
  return shortageError(error) ?? new SluiceError('E_INTERNAL', messageOf(error), { cause: error })
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw interruption(signal)
}

/** Waits `ms` milliseconds; rejects with the signal's error as soon as it is aborted. */
export async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(ms, undefined, signal && { signal })
  } catch (error) {
    throw asSluiceError(error, signal)
  }
}

/** A signal with a time limit; call `clear` when the work is over, so that neither timer nor listener stays behind. */
export interface Deadline {
  readonly signal: AbortSignal
  clear(): void
}

/** A signal that is aborted with `parent`, and after `ms` milliseconds (monotonic) with what `onTimeout` returns. */
export function deadline(
  ms: number,
  parent: AbortSignal | undefined,
  onTimeout: () => SluiceError,
): Deadline {
  const controller = new AbortController()
  // Node takes larger delays for 1 ms; no run waits for 24 days.
  const timer = setTimeout(() => controller.abort(onTimeout()), Math.min(ms, 2 ** 31 - 1))
  const forward = () => controller.abort(parent!.reason)
  if (parent?.aborted) forward()
  parent?.addEventListener('abort', forward, { once: true })
  return {
    signal: controller.signal,
    clear() {
      clearTimeout(timer)
      parent?.removeEventListener('abort', forward)
    },
  }
}

/** Destroys a stream that may have no listeners any more. */
export function destroyQuietly(stream: Pick<Readable | Writable, 'on' | 'destroy'>, reason?: Error): void {
  stream.on('error', () => {})
  stream.destroy(reason)
}
