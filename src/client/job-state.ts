const FINISHED = ['success', 'error', 'killed']

/** The states that jobs can be listed by. There is also `booting`, and the API may come to know more. */
export const LISTED_STATES: readonly string[] = ['queued', 'running', ...FINISHED]

/** Whether a job in this state stays in it for ever. */
export function isFinished(state: string): boolean {
  return FINISHED.includes(state)
}
