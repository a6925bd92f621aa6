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
/** Characters that a URL parser drops, decodes or turns round without a word. */
const ODD = /[\\\s\u0000-\u001f\u007f]|^[^:]*:\/\/(?:\/|[^/?#]*%)/
/** The host as it was written, without a port. */
const WRITTEN_HOST = /^[^:]*:\/\/(\[[^\]]*\]|[^/?#:]*)/
/** The last part of a host's whole name: no number, no name of a table. */
const TOP_DOMAIN = /\.(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})\.?$/
const IP_ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/
/** Names of files, none of which is a domain of the internet. */
const FILE_NAME = /\.(?:csv|tsv|txt|jsonl?|ndjson|msgpack|parquet|gz|zst|sql|ya?ml|conf|pem|key)$/
/** The path of one operation, as the API's reference shows it. */
const OPERATION =
  /\/(?:job\/(?:list|show|status|status_by_domain_key|statistics|issue|kill|result|result_export)|export\/run|(?:database|table|user|schedule)\/list|system\/server_status)(?:\/|$)/

/**
 * An endpoint from its text: a URL or a bare host, which means https. The result has no trailing slash, and no `/v3` at its
 * end: {@link apiPath} adds that.
 *
 * @throws SluiceError `E_CONFIG` for anything that could send the API key astray: plain http to other hosts than loopback,
 *   another scheme, credentials, a query or a fragment in the URL, and a host that is no whole name, which a network would
 *   look up among its own.
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
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new SluiceError('E_CONFIG', `the endpoint must be an https URL, not ${url.protocol}`)
  }
  if (ODD.test(href)) throw new SluiceError('E_CONFIG', 'the endpoint is not a valid URL')
  refuseNoHost(url.hostname, WRITTEN_HOST.exec(href)![1]!, trimmed === href)
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
    throw new SluiceError('E_CONFIG', `plain http is for loopback only, not for ${url.host}`, {
      hint: `use https://${url.host}`,
    })
  }
  const operation = OPERATION.exec(url.pathname)
  const path = url.pathname.slice(0, operation?.index).replace(/\/+$/, '')
  const endpoint = url.origin + path.replace(/\/v3$/, '')
  if (operation === null) return endpoint
  throw new SluiceError('E_CONFIG', 'the endpoint must not name an operation', { hint: `use ${endpoint}` })
}

/** Throws `E_CONFIG` for what was meant as something else: a site, a kind of encryption, a job, a file, a table. */
function refuseNoHost(host: string, written: string, hasScheme: boolean): void {
  // `17` is 0.0.0.17 to a URL parser.
  const isAddress = IP_ADDRESS.test(host) && (host === written || host.startsWith('['))
  const isName = TOP_DOMAIN.test(host) && (hasScheme || !FILE_NAME.test(host))
  if (LOOPBACK.test(host) || isAddress || isName) return
  const shown = written.length > 80 || /[0-9a-f]{32}/i.test(written) ? '' : ` '${written}'`
  const site = written.toLowerCase()
  throw new SluiceError('E_CONFIG', `the endpoint${shown} is not the whole name of a host`, {
    hint: isSite(site)
      ? `it is a site: use --site ${site} or TD_SITE=${site}`
      : 'the API key would go to any host that this network calls so; write it like https://api.treasuredata.com',
  })
}

/** The path of the mock server of the API's reference, and of servers like it: it has the version of the API in it. */
const VERSIONED = /\/_mock\/|\/td_api_v3[^/]*$/

/** Where the operations of an endpoint are, with a slash at the end: `/v3/`, below its own path if it has one. */
export function apiPath(endpoint: string): string {
  const path = new URL(endpoint).pathname.replace(/\/$/, '')
  return VERSIONED.test(path) ? `${path}/` : `${path}/v3/`
}
