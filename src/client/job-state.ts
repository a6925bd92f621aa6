const FINISHED = ['success', 'error', 'killed']

/** The states that the API lists jobs by; it has others, `booting` and `killed`, and may come to know more. */
export const LISTED_STATES: readonly string[] = ['queued', 'running', 'success', 'error']

/** Whether a job in this state stays in it for ever. */
export function isFinished(state: string): boolean {
  return FINISHED.includes(state)
}
