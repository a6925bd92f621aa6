import { native } from './native.js'

/** RFC 3986, appendix B, as far as java.net.URI goes along; it wants no white space and its like. */
const URL_PARTS = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/
const FORBIDDEN = /[\s"<>\\^`{|}]|%(?![0-9a-fA-F]{2})/

interface Parts {
  readonly scheme: string
  readonly authority: string
  readonly user: string
  readonly host: string
  readonly port: number | undefined
  readonly path: string
  readonly query: string
  readonly fragment: string
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function partsOf(url: string): Parts | undefined {
  const match = FORBIDDEN.test(url) ? null : URL_PARTS.exec(url)
  if (match === null) return undefined
  const [, scheme = '', authority = '', path = '', query = '', fragment = ''] = match
  const place = /^(?:(.*)@)?(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(authority)
  return {
    scheme,
    authority,
    user: place?.[1] ?? '',
    host: place?.[2] ?? '',
    port: place?.[3] ? Number(place[3]) : undefined,
    path: decoded(path),
    query: decoded(query),
    fragment: decoded(fragment),
  }
}

export function parameterOf(url: string, name: string): string | null {
  const match = FORBIDDEN.test(url) ? null : URL_PARTS.exec(url)
  for (const pair of match?.[4]?.split('&') ?? []) {
    const [key = '', ...value] = pair.split('=')
    if (decoded(key.replaceAll('+', ' ')) === name) return decoded(value.join('=').replaceAll('+', ' '))
  }
  return null
}

/** application/x-www-form-urlencoded, as Guava's UrlEscapers.urlFormParameterEscaper writes it. */
const encodeForm = (text: string) =>
  encodeURIComponent(text)
    .replace(/[!'()~]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')

export function decodeForm(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new Error(`INVALID_FUNCTION_ARGUMENT: Illegal hex characters in escape (%) pattern: ${text}`)
  }
}

/** https://trino.io/docs/current/functions/url.html */
export const URLS = [
  native('_url_protocol', ['text'], 'text', (url) => partsOf(url)?.scheme ?? null),
  native('_url_host', ['text'], 'text', (url) => partsOf(url)?.host ?? null),
  native('_url_port', ['text'], 'long', (url) => {
    const port = partsOf(url)?.port
    return port === undefined ? null : BigInt(port)
  }),
  native('_url_path', ['text'], 'text', (url) => partsOf(url)?.path ?? null),
  native('_url_query', ['text'], 'text', (url) => partsOf(url)?.query ?? null),
  native('_url_authority', ['text'], 'text', (url) => partsOf(url)?.authority ?? null),
  native('_url_user', ['text'], 'text', (url) => partsOf(url)?.user ?? null),
  // java.net.URL.getFile: the path with the query.
  native('_url_file', ['text'], 'text', (url) => {
    const parts = partsOf(url)
    if (parts === undefined) return null
    return parts.query === '' ? parts.path : `${parts.path}?${parts.query}`
  }),
  native('_url_fragment', ['text'], 'text', (url) => partsOf(url)?.fragment ?? null),
  native('_url_parameter', ['text', 'text'], 'text', parameterOf),
  native('_url_encode', ['text'], 'text', encodeForm),
  native('_url_decode', ['text'], 'text', decodeForm),
]
