import type { AddressInfo, Socket } from 'node:net'
import net from 'node:net'
import tls, { type TlsOptions } from 'node:tls'
import type { Test } from 'tap'
import { Client, type ClientConfig, type ConfigOptions, resolveConfig } from '../../../src/client/index.js'

export const TEST_KEY = '1/0123456789abcdef0123456789abcdef01234567'

export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Of the body, taken for a form. */
  readonly form: URLSearchParams
}

/** What the server does with one request. It may write anything at all to the socket. */
export type Step = (socket: Socket, request: SeenRequest) => void | Promise<void>

/**
 * A server that follows a script, on node:net so that it can send bytes no HTTP library would. Routes are `METHOD path`
 * below /v3; each has steps that are used up one a request, and may end in a step that is kept.
 */
export class ScriptedServer {
  readonly requests: SeenRequest[] = []
  readonly #routes = new Map<string, { steps: Step[]; always: Step | undefined }>()
  readonly #tls: TlsOptions | undefined
  readonly #server: net.Server
  readonly #sockets = new Set<Socket>()
  connections = 0

  constructor(options?: TlsOptions) {
    this.#tls = options
    const serve = (socket: Socket) => this.#serve(socket)
    this.#server = options === undefined ? net.createServer(serve) : tls.createServer(options, serve)
    this.#server.on('tlsClientError', () => {})
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return this.#tls === undefined ? `http://127.0.0.1:${this.port}` : `https://localhost:${this.port}`
  }

  get openConnections(): number {
    return this.#sockets.size
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  /** Answers the next requests to `route` with `steps`, in turn. */
  script(route: string, ...steps: Step[]): this {
    this.#route(route).steps.push(...steps)
    return this
  }

  /** Answers the next requests to `route` with `steps`, and forgets those left over. */
  replace(route: string, steps: readonly Step[]): void {
    this.#route(route).steps.splice(0, Number.POSITIVE_INFINITY, ...steps)
  }

  /** Answers all requests to `route` that no scripted step is left for. */
  always(route: string, step: Step): this {
    this.#route(route).always = step
    return this
  }

  /** The routes whose steps were not all used; a test with a fault that never happened proves nothing. */
  get unused(): string[] {
    return [...this.#routes].filter(([, { steps }]) => steps.length > 0).map(([route]) => route)
  }

  of(route: string): SeenRequest[] {
    return this.requests.filter((request) => `${request.method} ${request.path}` === route)
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #route(route: string) {
    const entry = this.#routes.get(route) ?? { steps: [], always: undefined }
    this.#routes.set(route, entry)
    return entry
  }

  #serve(socket: Socket): void {
    this.connections++
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => {})
    socket.setNoDelay(true)
    let pending = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk])
      for (;;) {
        const end = pending.indexOf('\r\n\r\n')
        if (end < 0) return
        const head = pending.subarray(0, end).toString('latin1')
        const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
        if (pending.length < end + 4 + length) return
        const body = pending.subarray(end + 4, end + 4 + length).toString()
        pending = pending.subarray(end + 4 + length)
        void this.#answer(socket, parseRequest(head, body))
      }
    })
  }

  async #answer(socket: Socket, request: SeenRequest): Promise<void> {
    this.requests.push(request)
    const route = this.#routes.get(`${request.method} ${request.path}`)
    const step = route?.steps.shift() ?? route?.always ?? reply(404, { error: 'no route' })
    await step(socket, request)
  }
}

function parseRequest(head: string, body: string): SeenRequest {
  const [first = '', ...lines] = head.split('\r\n')
  const [method = '', target = ''] = first.split(' ')
  const url = new URL(target, 'http://x')
  const headers: Record<string, string> = Object.create(null)
  for (const line of lines) {
    const colon = line.indexOf(':')
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  const path = url.pathname.replace(/^\/v3\//, '')
  return { method, path, query: url.searchParams, headers, body, form: new URLSearchParams(body) }
}

/** A complete reply; an object goes as JSON. */
export function reply(
  status: number,
  body: object | string | Uint8Array = '',
  headers: Readonly<Record<string, string>> = {},
): Step {
  const bytes = Buffer.from(
    typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  )
  return raw(head(status, { 'content-length': String(bytes.length), ...headers }), bytes)
}

export function head(status: number, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} Scripted\r\n${lines.join('')}\r\n`
}

/** Bytes as they are. */
export function raw(...parts: (string | Uint8Array)[]): Step {
  return (socket) => {
    for (const part of parts) socket.write(part)
  }
}

/** Sends `parts` and then resets the connection. */
export function reset(...parts: (string | Uint8Array)[]): Step {
  return async (socket) => {
    for (const part of parts) await new Promise((resolve) => socket.write(part, resolve))
    socket.resetAndDestroy()
  }
}

/** Sends `parts` and then closes the connection properly. */
export function close(...parts: (string | Uint8Array)[]): Step {
  return (socket) => {
    for (const part of parts) socket.write(part)
    socket.end()
  }
}

/** Sends `parts` and then nothing more, for ever. */
export function stall(...parts: (string | Uint8Array)[]): Step {
  return raw(...parts)
}

/** A server for one test; the test fails when a scripted step was left over. */
export async function startServer(t: Test, options?: TlsOptions): Promise<ScriptedServer> {
  const server = new ScriptedServer(options)
  await server.listen()
  t.teardown(async () => {
    await server.close()
    if (server.unused.length > 0) throw new Error(`unused steps: ${server.unused.join(', ')}`)
  })
  return server
}

/** A configuration for the server, with waits short enough for a test. */
export function testConfig(server: { readonly url: string }, options: ConfigOptions = {}): ClientConfig {
  return resolveConfig(
    { apiKey: TEST_KEY, endpoint: server.url, retries: 3, retryDelay: 5, idleTimeout: 2000, ...options },
    {},
    '/nonexistent',
  )
}

export function testClient(t: Test, server: { readonly url: string }, options: ConfigOptions = {}): Client {
  const client = new Client(testConfig(server, options))
  t.teardown(() => client.close())
  return client
}
