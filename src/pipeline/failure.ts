import { interruption } from '../abort.js'
import { messageOf, SluiceError, systemCode } from '../errors.js'

/**
 * Any thrown value as the `SluiceError` the run ends with. An abort ends it with the signal's reason where that is a
 * `SluiceError`, else with `E_INTERRUPTED`; a value nobody foresaw is a bug, `E_INTERNAL`.
 */
export function asSluiceError(error: unknown, signal?: AbortSignal): SluiceError {
  if (signal?.aborted === true && isAbort(error, signal)) {
    return interruption(signal)
  }
  if (error instanceof SluiceError) return error
  return new SluiceError('E_INTERNAL', messageOf(error), { cause: error })
}

function isAbort(error: unknown, signal: AbortSignal): boolean {
  if (error === signal.reason) return true
  const code = systemCode(error)
  return code === 'ABORT_ERR' || code === 'ERR_STREAM_PREMATURE_CLOSE' || !(error instanceof SluiceError)
}
