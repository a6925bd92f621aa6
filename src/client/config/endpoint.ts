import { SluiceError } from '../../errors.js'

/** The public sites of Treasure Data and their API endpoints. */
export const SITES = {
  /** United States; the default. */
  us01: 'https://api.treasuredata.com',
  /** Japan. */
  jp01: 'https://api.treasuredata.co.jp',
  /** Europe. */
  eu01: 'https://api.eu01.treasuredata.com',
  /** Asia Pacific. */
  ap02: 'https://api.ap02.treasuredata.com',
  /** Asia Pacific. */
  ap03: 'https://api.ap03.treasuredata.com',
} as const

/** The name of a public site. */
export type Site = keyof typeof SITES

export const DEFAULT_SITE: Site = 'us01'

export function isSite(text: string): text is Site {
  return Object.hasOwn(SITES, text)
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/**
 * An endpoint from its text: a URL or a bare host, which means https. The result has no trailing slash.
 *
 * Throws `E_CONFIG` for anything that could send the API key astray: plain http to other hosts than loopback,
 * credentials, a query or a fragment in the URL.
 */
export function parseEndpoint(text: string): string {
  const trimmed = text.trim()
  const href = trimmed.includes('://') ? trimmed : `https://${trimmed}`
  if (!URL.canParse(href)) throw new SluiceError('E_CONFIG', 'the endpoint is not a valid URL')
  const url = new URL(href)
  if (url.username !== '' || url.password !== '') {
    throw new SluiceError('E_CONFIG', 'the endpoint must not hold a user name or password')
  }
  if (url.search !== '' || url.hash !== '') {
    throw new SluiceError('E_CONFIG', 'the endpoint must not have a query or a fragment')
  }
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
    throw new SluiceError('E_CONFIG', `plain http is for loopback only, not for ${url.host}`, {
      hint: `use https://${url.host}`,
    })
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new SluiceError('E_CONFIG', `the endpoint must be an https URL, not ${url.protocol}`)
  }
  return url.origin + url.pathname.replace(/\/+$/, '')
}
