import { setTimeout as delay } from 'node:timers/promises'
import { SluiceError } from './errors.js'

/** The error that an aborted `signal` stands for: its reason where that is one of ours, else `E_INTERRUPTED`. */
export function interruption(signal: AbortSignal): SluiceError {
  if (signal.reason instanceof SluiceError) return signal.reason
  return new SluiceError('E_INTERRUPTED', 'stopped by the AbortSignal', { cause: signal.reason })
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw interruption(signal)
}

/** Waits `ms` milliseconds; rejects with the signal's error as soon as it is aborted. */
export async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(ms, undefined, signal && { signal })
  } catch (error) {
    if (signal?.aborted) throw interruption(signal)
    throw error
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
  // Node takes larger delays for 1 ms; nobody waits for 24 days.
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
