/** Milliseconds of a day. */
const DAY = 86_400_000

/** `YYYY-MM-DD`, for days since 1970. */
export function dateText(days: number): string {
  return new Date(days * DAY).toISOString().split('T')[0] ?? ''
}

/** `YYYY-MM-DD HH:MM:SS.SSS`, for milliseconds since 1970; finer parts of a second are dropped. */
export function timestampText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('T', ' ').slice(0, -1)
}
