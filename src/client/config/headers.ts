import { SluiceError } from '../../errors.js'
import { Secret } from '../../secrets/secret.js'
import { namesSecret } from '../../secrets/secret-names.js'

/** Further headers of every request. A gateway may want credentials of its own in them, so their values are secrets. */
export type ExtraHeaders = Readonly<Record<string, Secret>>

/** Headers as a program gives them: an object, a `Headers`, a `Map` or pairs. */
export type GivenHeaders = Readonly<Record<string, string>> | Iterable<readonly [name: string, value: string]>

/** https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
const NAME = /^[!#$%&'*+.^_`|~\w-]{1,256}$/
const VALUE = /^[\x21-\x7e](?:[\t\x20-\x7e]{0,8190}[\x21-\x7e])?$/

/** Headers that this client sets itself, and those of one connection, with what to use in their place. */
const RESERVED = new Map([
  ['authorization', 'it carries the API key: use apiKey, TD_API_KEY or td.conf'],
  [
    'proxy-authorization',
    'put the credentials into the proxy URL: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT',
  ],
  ['user-agent', 'use userAgentSuffix'],
])
for (const name of [
  ...[
    'accept',
    'accept-encoding',
    'connection',
    'content-encoding',
    'content-length',
    'content-type',
    'expect',
    'host',
  ],
  ...['if-range', 'keep-alive', 'proxy-connection', 'range', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
])
  RESERVED.set(name, 'td-sluice sets it itself')

/**
 * Headers that a program gave, by their names in lower case; of one name, the last.
 *
 * @throws SluiceError `E_CONFIG` for names and values that no header can have, and for headers that are not the caller's.
 */
export function parseHeaders(given: GivenHeaders, origin: string): ExtraHeaders {
  const entries = Symbol.iterator in given ? [...given] : Object.entries(given)
  const headers: Record<string, Secret> = Object.create(null)
  for (const entry of entries) {
    const [name, value] = Array.isArray(entry) ? entry : []
    if (typeof name !== 'string' || !NAME.test(name)) {
      throw new SluiceError(
        'E_CONFIG',
        `a header from ${origin === 'option' ? 'the option' : origin} has no valid name`,
        {
          hint: 'a header is a name and a value, such as x-team: etl',
        },
      )
    }
    if (typeof value !== 'string' || !VALUE.test(value)) {
      throw new SluiceError(
        'E_CONFIG',
        `the header ${name} from ${origin === 'option' ? 'the option' : origin} is empty or not printable ASCII`,
      )
    }
    const hint = RESERVED.get(name.toLowerCase())
    if (hint !== undefined) {
      throw new SluiceError(
        'E_CONFIG',
        `the header ${name} from ${origin === 'option' ? 'the option' : origin} cannot be set`,
        { hint },
      )
    }
    headers[name.toLowerCase()] = new Secret(value)
  }
  return headers
}

/** The lines of `TD_API_HEADERS`, `name=value` as `td` takes them, or `name: value`; throws as {@link parseHeaders}. */
export function headerLines(text: string, origin: string): ExtraHeaders {
  const lines = text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '')
  return parseHeaders(lines.map(headerLine), origin)
}

/** A line as its name and value, divided at the first `=` or `:`, which no name has in it. */
export function headerLine(line: string): readonly [name: string, value: string] {
  const [, name = '', value = ''] = /^([^=:]*)[=:](.*)$/s.exec(line) ?? []
  return [name.trim(), value.trim()]
}

/** The values that no message may repeat. */
export function headerSecrets(headers: ExtraHeaders): string[] {
  return Object.values(headers).map((value) => value.reveal())
}

/** Those that no reply may repeat either. Others, such as the name of a team, may stand in any query. */
export function secretHeaders(headers: ExtraHeaders): string[] {
  return Object.entries(headers).flatMap(([name, value]) => (namesSecret(name) ? [value.reveal()] : []))
}
