import { type ErrorCode, messageOf, SluiceError, shortageError, systemCode } from '../../errors.js'

const CODES: Readonly<Record<string, ErrorCode>> = {
  ENOTFOUND: 'E_DNS',
  EAI_AGAIN: 'E_DNS',
  EAI_FAIL: 'E_DNS',
  ETIMEDOUT: 'E_TIMEOUT',
  UND_ERR_CONNECT_TIMEOUT: 'E_TIMEOUT',
  UND_ERR_HEADERS_TIMEOUT: 'E_TIMEOUT',
  UND_ERR_BODY_TIMEOUT: 'E_TIMEOUT',
  UND_ERR_HEADERS_OVERFLOW: 'E_LIMIT_BODY',
  UND_ERR_PRX_TLS: 'E_TLS',
  UND_ERR_INVALID_ARG: 'E_INTERNAL',
  EPROTO: 'E_TLS',
}

/** Codes with which OpenSSL and Node refuse a certificate or a handshake. */
const TLS =
  /^(?:ERR_SSL_|ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|CRL_)/
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
  if (TLS.test(code) || CUT_HANDSHAKE.test(messageOf(error))) return 'E_TLS'
  return Object.hasOwn(CODES, code) ? CODES[code]! : 'E_NET'
}

/** Node's AggregateError over several addresses has no message of its own. */
function textOf(error: unknown): string {
  return messageOf(error instanceof AggregateError ? error.errors[0] : error)
}

/** undici's parser errors carry the bytes they choked on, which may repeat what was sent, the key included. */
function hideReceivedBytes(error: unknown): void {
  if (error instanceof Error && 'data' in error) error.data = undefined
}
