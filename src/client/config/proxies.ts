import { SluiceError } from '../../errors.js'
import { Secret } from '../../secrets/secret.js'

/** The proxies that the environment names. Their URLs may hold a password, so they are secrets. */
export interface Proxies {
  /** For https endpoints. */
  readonly https: Secret | undefined
  /** Hosts to reach directly: a list separated by commas or spaces, or `*`. */
  readonly noProxy: string
}

/**
 * Reads `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, upper or lower case; `HTTP_PROXY` serves https endpoints too where
 * there is no other. Plain http endpoints are loopback, and no proxy gets to see those. Throws `E_CONFIG`.
 */
export function proxiesFrom(env: Readonly<Record<string, string | undefined>>): Proxies {
  const text = env.https_proxy || env.HTTPS_PROXY || env.http_proxy || env.HTTP_PROXY
  return { https: text ? proxyUrl(text) : undefined, noProxy: env.no_proxy || env.NO_PROXY || '' }
}

function proxyUrl(text: string): Secret {
  const href = text.includes('://') ? text : `http://${text}`
  if (isProxyUrl(href)) return new Secret(href)
  throw new SluiceError('E_CONFIG', 'the proxy that the environment names is not an http or https URL')
}

function isProxyUrl(href: string): boolean {
  try {
    const { protocol, username, password } = new URL(href)
    decodeURIComponent(username + password)
    return protocol === 'http:' || protocol === 'https:'
  } catch {
    return false
  }
}

/** The proxy for https endpoints as it may be shown: without its user and password. */
export function shownProxy({ https }: Proxies): string | undefined {
  if (https === undefined) return undefined
  const { protocol, host, username, password } = new URL(https.reveal())
  return `${protocol}//${username + password === '' ? '' : '[hidden]@'}${host}`
}

/** The part of a proxy URL that must never be shown. */
export function passwordsOf({ https }: Proxies): string[] {
  if (https === undefined) return []
  const { password } = new URL(https.reveal())
  return [password, decodeURIComponent(password)]
}
