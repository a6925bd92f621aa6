import { asSluiceError, deadline } from '../../abort.js'
import { isHeard, publish } from '../../diagnostics.js'
import { SluiceError } from '../../errors.js'
import { redact, type Secret } from '../../secrets/secret.js'
import { keySecrets } from '../config/api-key.js'
import { apiPath } from '../config/endpoint.js'
import { headerSecrets, secretHeaders } from '../config/headers.js'
import type { ClientConfig } from '../config/index.js'
import { passwordsOf } from '../config/proxies.js'
import { UnusableReply } from '../json.js'
import { printable } from '../printable.js'
import { HttpConnection, type HttpRequest } from './connection.js'
import { httpError } from './http-error.js'
import { type Reply, readStart, readText } from './reply.js'
import { type RetryPolicy, withRetries } from './retry.js'

/** Bytes of one API reply, the result itself aside. */
const MAX_BODY = 16 * 1024 * 1024
/** How much of an error's body is read. */
const MAX_ERROR_BODY = 64 * 1024
/** For one API request and its reply, in milliseconds; it ends what idle timeouts alone would let trickle on. */
const REQUEST_TIMEOUT_MS = 300_000
/** Unusable replies in a row after which another one is not worth a request. */
const MOST_UNUSABLE = 3
const MAX_REDIRECTS = 5
const FOLLOWED: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

export interface ApiRequest {
  readonly method: 'GET' | 'POST'
  /** Below the endpoint's {@link apiPath}, with its segments encoded. */
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

/** An API reply that was read to its end. */
export interface TextReply {
  readonly status: number
  readonly text: string
}

/** The v3 API as requests and replies: paths, redirects, retries, and errors that say what the server said. */
export class Transport {
  readonly #config: ClientConfig
  readonly #connection: HttpConnection
  readonly #basePath: string
  readonly #key: Secret
  readonly #otherSecrets: readonly string[]
  /** The secrets that are hidden in messages only: a reply may have such a text for other reasons. */
  readonly #headerValues: readonly string[]

  /** Throws `E_CONFIG` when the configuration has no key. */
  constructor(config: ClientConfig) {
    if (config.apiKey === undefined) {
      throw new SluiceError('E_CONFIG', 'there is no API key', {
        hint:
          config.profile === undefined
            ? 'set TD_API_KEY, write apikey into ~/.td/td.conf, or name a file with --api-key-file'
            : `the profile ${config.profile} has none that can be read: set TD_API_KEY_COMMAND or TD_API_KEY`,
      })
    }
    this.#config = config
    this.#key = config.apiKey
    this.#connection = new HttpConnection(config, config.apiKey)
    this.#basePath = apiPath(config.endpoint)
    const { headers, proxies } = config
    this.#otherSecrets = [...passwordsOf(proxies), ...secretHeaders(headers)]
    this.#headerValues = headerSecrets(headers)
  }

  /** All that no reply may bring to light. */
  get #secrets(): readonly string[] {
    return [...(this.#key.isKnown ? keySecrets(this.#key) : []), ...this.#otherSecrets]
  }

  /** Finds the key, where a command prints it. */
  async ready(signal: AbortSignal | undefined): Promise<void> {
    await this.#key.obtain(signal)
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
   * Makes a request as often as `policy` allows, reads the reply and returns what `parse` makes of it. A reply that it
   * finds unusable is asked for again like after a failure of the network, but not more than three times in a row: a
   * login page stays one.
   *
   * @throws SluiceError `E_PROTOCOL` when no reply was usable, `E_LIMIT_BODY`, and as {@link send} does.
   */
  async read<T>(
    request: ApiRequest,
    parse: (reply: TextReply) => T,
    policy: RetryPolicy = this.#config,
  ): Promise<T> {
    let unusable = 0
    const attempt = async () => {
      try {
        return parse(await this.#exchangeOnce(request))
      } catch (error) {
        unusable = error instanceof UnusableReply ? unusable + 1 : 0
        if (unusable < MOST_UNUSABLE) throw error
        const message = `${(error as SluiceError).message} (${unusable} times in a row)`
        throw new SluiceError('E_PROTOCOL', message, { cause: error })
      }
    }
    return withRetries(attempt, policy, request.signal)
  }

  async #exchangeOnce(request: ApiRequest): Promise<TextReply> {
    const { host } = this.#connection
    const limit = deadline(REQUEST_TIMEOUT_MS, request.signal, () => {
      return new SluiceError('E_TIMEOUT', `${host} took more than ${REQUEST_TIMEOUT_MS / 1000} s to answer`)
    })
    try {
      const reply = await this.send({ ...request, signal: limit.signal }, this.#config.idleTimeoutMs)
      // A job's log may repeat what the job was sent.
      return { status: reply.status, text: this.redact(await readText(reply, MAX_BODY, host)) }
    } finally {
      limit.clear()
    }
  }

  /**
   * Makes a request once, follows redirects within the endpoint's origin, and returns a reply whose body is still to be
   * read. Throws for statuses from 400 on, unless the request accepts them, and for failures of the network.
   * `bodyTimeoutMs` 0 leaves it to the caller to notice a silent body.
   */
  async send(request: ApiRequest, bodyTimeoutMs: number): Promise<Reply> {
    const { method, form, signal } = request
    await this.ready(signal)
    const headers = {
      ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      ...request.headers,
    }
    const body = form === undefined ? null : encodeForm(form)
    const query = encodeForm(request.query ?? {})
    let path = this.#basePath + request.path + (query === '' ? '' : `?${query}`)
    for (let redirects = 0; ; redirects++) {
      const reply = await this.#request({ method, path, headers, body, bodyTimeoutMs, signal })
      if (reply.status >= 300 && reply.status < 400) {
        reply.body.destroy()
        path = redirectTarget(reply, method, new URL(this.#connection.origin + path), redirects)
      } else if (reply.status >= 400 && !request.accept?.includes(reply.status)) {
        throw await this.#failure(reply, request)
      } else {
        return reply
      }
    }
  }

  /** One exchange, told on the channel `td-sluice:request` where anybody listens. */
  async #request(request: HttpRequest): Promise<Reply> {
    if (!isHeard('request')) return this.#connection.request(request)
    const { method } = request
    const path = redact(request.path.replace(/\?.*$/s, ''), [...this.#secrets, ...this.#headerValues])
    const { host } = this.#connection
    const started = performance.now()
    const tell = (end: { status: number } | { errorCode: string }) =>
      publish('request', { method, path, host, ...end, durationMs: performance.now() - started })
    try {
      const reply = await this.#connection.request(request)
      tell({ status: reply.status })
      return reply
    } catch (error) {
      tell({ errorCode: asSluiceError(error, request.signal).code })
      throw error
    }
  }

  async #failure(reply: Reply, request: ApiRequest): Promise<SluiceError> {
    const secrets = [...this.#secrets, ...this.#headerValues, ...(request.secrets ?? [])]
    return httpError({
      status: reply.status,
      reason: redact(reply.reason, secrets),
      retryAfter: reply.headers.get('retry-after'),
      date: reply.headers.get('date'),
      body: redact(await readStart(reply, MAX_ERROR_BODY, this.#config.idleTimeoutMs), secrets),
    })
  }

  /** A text of the server's, without what this client keeps secret. */
  redact(text: string): string {
    return redact(text, this.#secrets)
  }

  /** Ends all connections; requests under way fail. */
  close(): Promise<void> {
    return this.#connection.close()
  }
}

/** Fields that have a value, URL-encoded, for a query or a form body. */
function encodeForm(fields: Readonly<Record<string, string | undefined>>): string {
  const entries = Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return new URLSearchParams(entries).toString()
}

/**
 * Where a 3xx reply to a request for `from` leads: a path of the same origin. Throws `E_REDIRECT` for other origins,
 * which must never see the key, for a request that is not a GET, and for more than five in a row.
 */
function redirectTarget(reply: Reply, method: string, from: URL, soFar: number): string {
  const location = reply.headers.get('location')
  if (!FOLLOWED.has(reply.status) || location === undefined) {
    throw new SluiceError('E_PROTOCOL', `the server answered HTTP ${reply.status} without a place to go`)
  }
  if (method !== 'GET') {
    throw new SluiceError('E_REDIRECT', `the server redirects a ${method} request (HTTP ${reply.status})`)
  }
  if (soFar >= MAX_REDIRECTS) {
    throw new SluiceError('E_REDIRECT', `more than ${MAX_REDIRECTS} redirects in a row`)
  }
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined
  if (to === undefined || to.origin !== from.origin || to.username !== '' || to.password !== '') {
    const where = to === undefined ? 'something that is no URL' : printable(to.origin, 100)
    throw new SluiceError('E_REDIRECT', `the server redirects to ${where}, outside ${from.origin}`, {
      hint: 'the API key goes to the configured endpoint only; correct the endpoint if it has moved',
    })
  }
  return to.pathname + to.search
}
