const cleanups = new Set<() => void>()

/**
 * Registers what is to be removed should the process have to end at once; what was registered last goes first. Returns
 * the way to take it back.
 */
export function onAbruptEnd(cleanup: () => void): () => void {
  cleanups.add(cleanup)
  return () => cleanups.delete(cleanup)
}

/**
 * Removes the unfinished files and the locks of all outputs that are still open, without waiting for anything: for
 * the second Ctrl-C. What came to be under a lock goes before the lock does. Never throws. The outputs must not be
 * used afterwards.
 */
export function discardAllSync(): void {
  for (const cleanup of [...cleanups].reverse()) {
    try {
      cleanup()
    } catch {
      // The process ends now, and the next run sweeps what could not be removed.
    }
  }
  cleanups.clear()
}
