import { DAY_MS } from '../../../model/duration.js'

/** `YYYY-MM-DD`, for days since 1970. */
export function dateText(days: number): string {
  return new Date(days * DAY_MS).toISOString().split('T')[0] ?? ''
}

/** `YYYY-MM-DD HH:MM:SS.SSS`, for milliseconds since 1970; finer parts of a second are dropped. */
export function timestampText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('T', ' ').slice(0, -1)
}
