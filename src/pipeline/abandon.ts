import type { SluiceError } from '../errors.js'

/** Part of a run that may hold what the program handed over, such as a stream. */
interface Abandonable {
  abandon?(reason: SluiceError): void
}

/**
 * Gives up parts of a run that ended before they were opened: a response that was handed over must not stay open, as its
 * client would wait for ever. Anything may be among `parts`, as callers hand over whatever a program has passed.
 */
export function abandonAll(parts: readonly unknown[], reason: SluiceError): void {
  for (const part of parts) {
    const { abandon } = (part ?? {}) as Abandonable
    if (typeof abandon === 'function') abandon.call(part, reason)
  }
}
