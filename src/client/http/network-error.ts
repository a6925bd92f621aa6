import { type ErrorCode, messageOf, SluiceError, shortageError, systemCode } from '../../errors.js'
import { networkCode } from '../../network-code.js'

/** Classes of errors that a mistake in the code throws, never the network. */
const PROGRAMMING = [TypeError, RangeError, ReferenceError]
const CUT_HANDSHAKE = /before secure TLS connection/
const PROXY_REPLY = /^Proxy response \((\d+)\)/

/**
 * An error of undici or Node as a {@link SluiceError}: name resolution, TCP, TLS, a proxy, or broken HTTP framing. The
 * caller rules out an abort first, see `asSluiceError`.
 */
export function networkError(error: unknown, host: string): SluiceError {
  hideReceivedBytes(error)
  const options = { cause: error }
  const proxyStatus = PROXY_REPLY.exec(messageOf(error))?.[1]
  if (proxyStatus === '407') {
    return new SluiceError('E_AUTH', 'the proxy wants other credentials (407)', {
      cause: error,
      hint: 'put them into the proxy URL: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT',
    })
  }
  if (proxyStatus !== undefined) {
    return new SluiceError('E_NET', `the proxy refused to reach ${host} (${proxyStatus})`, options)
  }
  const shortage = shortageError(error)
  if (shortage !== undefined) return shortage
  const code = codeOf(error)
  return new SluiceError(
    code,
    `${PREFIX[code] ?? 'the connection failed'}: ${host}: ${textOf(error)}`,
    options,
  )
}

const PREFIX: Partial<Record<ErrorCode, string>> = {
  E_DNS: 'the name cannot be resolved',
  E_TLS: 'no trustworthy TLS connection',
  E_TIMEOUT: 'the server is silent',
  E_LIMIT_BODY: 'the reply has too large a header',
}

function codeOf(error: unknown): ErrorCode {
  const code = systemCode(error) ?? ''
  if (code === '' && PROGRAMMING.some((kind) => error instanceof kind)) return 'E_INTERNAL'
  if (CUT_HANDSHAKE.test(messageOf(error))) return 'E_TLS'
  return networkCode(error) ?? 'E_NET'
}

/** Node's AggregateError over several addresses has no message of its own. */
function textOf(error: unknown): string {
  return messageOf(error instanceof AggregateError ? error.errors[0] : error)
}

/** undici's parser errors carry the bytes they choked on, which may repeat what was sent, the key included. */
function hideReceivedBytes(error: unknown): void {
  if (error instanceof Error && 'data' in error) error.data = undefined
}
