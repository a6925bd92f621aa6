import type { Dispatcher } from 'undici'
import { SluiceError } from '../errors.js'
import { deadline, interruption, throwIfAborted } from './abort.js'
import { authorization, secretsOf } from './api-key.js'
import type { ClientConfig } from './config.js'
import { createDispatcher } from './dispatcher.js'
import { httpError } from './http-error.js'
import { networkError } from './network-error.js'
import { redirectTarget } from './redirect.js'
import { discard, headerMap, type Reply, readStart, readText } from './reply.js'
import { type RetryPolicy, withRetries } from './retry.js'
import { redact } from './secret.js'

/** Bytes of one API reply, the result itself aside. */
const MAX_BODY = 16 * 1024 * 1024
/** How much of an error's body is read. */
const MAX_ERROR_BODY = 64 * 1024
/** For one API request and its reply, in milliseconds; it ends what idle timeouts alone would let trickle on. */
const REQUEST_TIMEOUT_MS = 300_000
/** A server may send this many 1xx replies before the real one. */
const MAX_INFORMATIONAL = 100

export interface ApiRequest {
  readonly method: 'GET' | 'POST'
  /** Below `/v3/`, with its segments encoded. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly form?: Readonly<Record<string, string | undefined>>
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
  /** Statuses from 400 on that the caller wants to see itself. */
  readonly accept?: readonly number[]
  /** Texts of this request that no message may repeat. */
  readonly secrets?: readonly string[]
}

/** Sends requests to one endpoint with one key, and nowhere else. */
export class Transport {
  /** The host, for messages. */
  readonly host: string
  readonly #config: ClientConfig
  readonly #authorization: string
  readonly #secrets: readonly string[]
  #dispatcher: Promise<Dispatcher> | undefined
  #closed = false

  constructor(config: ClientConfig) {
    if (config.apiKey === undefined) {
      throw new SluiceError('E_CONFIG', 'there is no API key', {
        hint: 'Set TD_API_KEY, write apikey into ~/.td/td.conf, or name a file with --api-key-file.',
      })
    }
    this.#config = config
    this.#authorization = authorization(config.apiKey)
    const proxy = config.proxies.https?.reveal()
    this.#secrets = [...secretsOf(config.apiKey), ...(proxy === undefined ? [] : passwordsOf(proxy))]
    this.host = new URL(config.endpoint).host
  }

  /** How requests that may be repeated are repeated. */
  get retryPolicy(): RetryPolicy {
    return this.#config
  }

  /** How long the server may stay silent, in milliseconds. */
  get idleTimeoutMs(): number {
    return this.#config.idleTimeoutMs
  }

  /**
   * Makes the request as often as `policy` allows and returns the reply's text, with its status. Throws what the reply
   * or the network says.
   */
  async exchange(
    request: ApiRequest,
    policy: RetryPolicy = this.#config,
  ): Promise<{ status: number; text: string }> {
    return withRetries(() => this.#exchangeOnce(request), policy, request.signal)
  }

  async #exchangeOnce(request: ApiRequest): Promise<{ status: number; text: string }> {
    const limit = deadline(REQUEST_TIMEOUT_MS, request.signal, () => {
      return new SluiceError(
        'E_TIMEOUT',
        `${this.host} took more than ${REQUEST_TIMEOUT_MS / 1000} s to answer`,
      )
    })
    try {
      const reply = await this.send({ ...request, signal: limit.signal }, this.#config.idleTimeoutMs)
      const text = await readText(reply, MAX_BODY, this.host)
      return { status: reply.status, text }
    } catch (error) {
      throw limit.signal.aborted ? interruption(limit.signal) : error
    } finally {
      limit.clear()
    }
  }

  /**
   * Makes the request once, follows redirects within the endpoint's origin, and returns a reply whose body is still
   * to be read. Throws for statuses from 400 on, unless the request accepts them. `bodyTimeoutMs` 0 leaves it to the
   * caller to notice a silent body.
   */
  async send(request: ApiRequest, bodyTimeoutMs: number): Promise<Reply> {
    const { origin, pathname } = new URL(this.#config.endpoint)
    let path = `${pathname.replace(/\/$/, '')}/v3/${request.path}${encodeQuery(request.query)}`
    for (let redirects = 0; ; redirects++) {
      const reply = await this.#dispatch(origin, path, request, bodyTimeoutMs)
      if (reply.status >= 300 && reply.status < 400) {
        discard(reply.body)
        path = redirectTarget(reply, request.method, new URL(path, origin), redirects)
      } else if (reply.status >= 400 && !request.accept?.includes(reply.status)) {
        throw await this.#failure(reply, request)
      } else {
        return reply
      }
    }
  }

  async #dispatch(origin: string, path: string, request: ApiRequest, bodyTimeout: number): Promise<Reply> {
    throwIfAborted(request.signal)
    if (this.#closed) throw new SluiceError('E_USAGE', 'the client is closed')
    const { method, form, signal } = request
    this.#dispatcher ??= createDispatcher(this.#config)
    const dispatcher = await this.#dispatcher
    const flood = new AbortController()
    const stop = () => flood.abort(signal?.reason)
    signal?.addEventListener('abort', stop, { once: true })
    let informational = 0
    try {
      const response = await dispatcher.request({
        origin,
        path,
        method,
        headers: {
          accept: '*/*',
          'accept-encoding': 'identity',
          authorization: this.#authorization,
          'user-agent': this.#config.userAgent,
          ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
          ...request.headers,
        },
        body: form === undefined ? null : encodeForm(form),
        bodyTimeout,
        signal: flood.signal,
        onInfo: () => {
          if (++informational > MAX_INFORMATIONAL) {
            flood.abort(new SluiceError('E_PROTOCOL', `${this.host} sends nothing but 1xx replies`))
          }
        },
      })
      response.body.once('close', () => signal?.removeEventListener('abort', stop))
      return {
        status: response.statusCode,
        reason: response.statusText,
        headers: headerMap(response.headers),
        body: response.body,
      }
    } catch (error) {
      signal?.removeEventListener('abort', stop)
      throw signal?.aborted ? interruption(signal) : networkError(error, this.host)
    }
  }

  async #failure(reply: Reply, request: ApiRequest): Promise<SluiceError> {
    const secrets = [...this.#secrets, ...(request.secrets ?? [])]
    return httpError({
      status: reply.status,
      reason: redact(reply.reason, secrets),
      retryAfter: reply.headers.get('retry-after'),
      date: reply.headers.get('date'),
      body: redact(await readStart(reply, MAX_ERROR_BODY), secrets),
    })
  }

  /** A text of the server's, fit to be shown. */
  redact(text: string): string {
    return redact(text, this.#secrets)
  }

  /** Ends all connections; requests under way fail. */
  async close(): Promise<void> {
    this.#closed = true
    const dispatcher = await this.#dispatcher
    await dispatcher?.destroy()
  }
}

function encodeForm(form: Readonly<Record<string, string | undefined>>): string {
  const entries = Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return new URLSearchParams(entries).toString()
}

function encodeQuery(query: ApiRequest['query']): string {
  const text = query === undefined ? '' : encodeForm(query)
  return text === '' ? '' : `?${text}`
}

function passwordsOf(url: string): string[] {
  const { password } = new URL(url)
  return password === '' ? [] : [password, decodeURIComponent(password)]
}
