import { type ErrorCode, systemCode } from './errors.js'

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

/** The kind of a network failure, by the code of Node or undici; `undefined` for any other code. */
export function networkCode(error: unknown): ErrorCode | undefined {
  const code = systemCode(error) ?? ''
  if (TLS.test(code)) return 'E_TLS'
  return Object.hasOwn(CODES, code) ? CODES[code] : undefined
}
