import type { Dispatcher } from 'undici/index.js'
import { asSluiceError, throwIfAborted } from '../../abort.js'
import { SluiceError } from '../../errors.js'
import type { Secret } from '../../secrets/secret.js'
import { authorization } from '../config/api-key.js'
import type { ClientConfig } from '../config/index.js'
import { createDispatcher } from './dispatcher.js'
import { networkError } from './network-error.js'
import { headerMap, type Reply } from './reply.js'

/** A server may send this many 1xx replies before the real one. */
const MAX_INFORMATIONAL = 100

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  /** With its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  /** Milliseconds without a byte of the body; 0 for none. */
  readonly bodyTimeoutMs: number
  readonly signal: AbortSignal | undefined
}

/** HTTP to the configured origin, and to no other: whatever leaves here carries the API key and the caller's headers. */
export class HttpConnection {
  readonly origin: string
  readonly host: string
  readonly #config: ClientConfig
  readonly #key: Secret
  readonly #extra: Readonly<Record<string, string>>
  #dispatcher: Promise<Dispatcher> | undefined
  #closed = false
  /** Of the requests that wait for their headers. */
  readonly #waiting = new Set<RequestGuard>()

  constructor(config: ClientConfig, key: Secret) {
    const { origin, host } = new URL(config.endpoint)
    this.origin = origin
    this.host = host
    this.#config = config
    this.#key = key
    this.#extra = Object.fromEntries(
      Object.entries(config.headers).map(([name, value]) => [name, value.reveal()]),
    )
  }

  /** Makes one request, with a key that is known by now; throws only for what happens below HTTP. */
  async request({ method, path, headers, body, bodyTimeoutMs, signal }: HttpRequest): Promise<Reply> {
    throwIfAborted(signal)
    if (this.#closed) throw closedError()
    this.#dispatcher ??= createDispatcher(this.#config)
    const dispatcher = await this.#dispatcher
    const guard = new RequestGuard(signal, this.host)
    this.#waiting.add(guard)
    try {
      const response = await dispatcher.request({
        origin: this.origin,
        path,
        method,
        headers: {
          ...this.#extra,
          accept: '*/*',
          'accept-encoding': 'identity',
          authorization: authorization(this.#key),
          'user-agent': this.#config.userAgent,
          ...headers,
        },
        body,
        bodyTimeout: bodyTimeoutMs,
        signal: guard.signal,
        onInfo: () => guard.countInformational(),
      })
      // An abort may destroy the body before anybody reads it, or after; who reads it meanwhile still gets the error.
      response.body.on('error', () => {})
      response.body.once('close', () => guard.release())
      return {
        status: response.statusCode,
        reason: response.statusText,
        headers: headerMap(response.headers),
        body: response.body,
      }
    } catch (error) {
      guard.release()
      throw asSluiceError(error, signal, (cause) => networkError(cause, this.host))
    } finally {
      this.#waiting.delete(guard)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    // undici ends requests that it has sent, save for one that it is about to send: that would wait for its timeout.
    for (const guard of this.#waiting) guard.abort(closedError())
    const dispatcher = await this.#dispatcher
    await dispatcher?.destroy()
  }
}

function closedError(): SluiceError {
  return new SluiceError('E_USAGE', 'the client is closed')
}

/** Aborts a request with its caller's signal, or when the server floods it with 1xx replies. */
class RequestGuard {
  readonly #controller = new AbortController()
  readonly #parent: AbortSignal | undefined
  readonly #host: string
  readonly #forward = () => this.abort(this.#parent?.reason)
  #informational = 0

  constructor(parent: AbortSignal | undefined, host: string) {
    this.#parent = parent
    this.#host = host
    parent?.addEventListener('abort', this.#forward, { once: true })
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  countInformational(): void {
    if (++this.#informational <= MAX_INFORMATIONAL) return
    this.abort(new SluiceError('E_PROTOCOL', `${this.#host} sends nothing but 1xx replies`))
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason)
  }

  release(): void {
    this.#parent?.removeEventListener('abort', this.#forward)
  }
}
