/** Servers that ask for longer than this are not waited for, in milliseconds. */
export const LONGEST_RETRY_AFTER_MS = 300_000

const SECONDS = /^[+-]?\d{1,15}$/
/** The three date forms of RFC 9110, section 5.6.7, by their shape; the values are left to `Date.parse`. */
const HTTP_DATE = /^[A-Z][a-z]{2,8},? [\w: -]{14,30}$/

/**
 * A Retry-After header in milliseconds, never negative; `undefined` when it is absent or means nothing. A date is
 * measured against the server's own clock (`date`, its Date header), for the local one may be wrong.
 */
export function parseRetryAfter(value: string | undefined, date: string | undefined): number | undefined {
  const text = value?.slice(0, 64).trim()
  if (text === undefined) return undefined
  if (SECONDS.test(text)) return Math.max(0, Number(text)) * 1000
  const until = parseHttpDate(text)
  if (until === undefined) return undefined
  return Math.max(0, until - (parseHttpDate(date) ?? Date.now()))
}

function parseHttpDate(text: string | undefined): number | undefined {
  if (text === undefined || !HTTP_DATE.test(text)) return undefined
  // The asctime form names no zone and means GMT.
  const time = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
  return Number.isNaN(time) ? undefined : time
}
