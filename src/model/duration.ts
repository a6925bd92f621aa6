/** A span of time: milliseconds as a number, or a text such as `500ms`, `60s`, `5m`, `2h`, `1.5h` or `1d`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

/** Milliseconds of longer units; the day is that of UTC, which is never longer or shorter. */
export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: MINUTE_MS,
  h: HOUR_MS,
  d: DAY_MS,
}

/** The longest delay a Node timer keeps, in milliseconds; longer ones would fire at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * `500ms`, `60s`, `5m`, `2h`, `1.5h` or `1d`, in milliseconds.
 *
 * @throws RangeError whose message is a sentence that says what a duration is.
 */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text)
  if (!match) {
    const bare = /^\d+(\.\d+)?$/.test(text)
    throw new RangeError(
      bare ? `A unit is missing: ${text}s, ${text}m or ${text}h?` : 'Durations are 500ms, 60s, 5m, 2h or 1d.',
    )
  }
  const ms = Math.round(Number(match[1]) * UNITS[match[2]!]!)
  if (ms > LONGEST_TIMER_MS) throw new RangeError('The longest duration is 24d.')
  return ms
}
