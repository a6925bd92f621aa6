import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { messageOf, SluiceError, systemCode } from '../../errors.js'
import type { Context } from '../context.js'
import type { Faults } from '../faults/faults.js'
import { ROUTES } from '../routes/index.js'
import { ApiError } from './api-error.js'
import { authorize } from './authorize.js'
import { deliver } from './deliver.js'
import { refuseWebPages } from './guard.js'
import type { LogEntry } from './log.js'
import type { Throttle } from './pacer.js'
import { readParams } from './params.js'
import { jsonReply, type Reply } from './reply.js'
import { strikeReply } from './reply-faults.js'
import type { RequestLog } from './request-log.js'
import { type Match, match } from './router.js'
import { pause, reset } from './wire.js'

export interface ServerOptions {
  readonly context: Context
  readonly faults: Faults
  readonly throttle: Throttle | undefined
  /** Milliseconds before each reply. */
  readonly latencyMs: number
  readonly apiKey: string | undefined
  readonly log: RequestLog
}

function errorReply(error: unknown): Reply {
  if (error instanceof ApiError) return jsonReply(error.body(), error.status)
  return jsonReply(new ApiError(500, `Internal server error: ${messageOf(error)}`).body(), 500)
}

function findRoute(request: IncomingMessage, url: URL): Match | ApiError {
  try {
    refuseWebPages(request)
    return match(ROUTES, request.method ?? '', url.pathname)
  } catch (error) {
    return error as ApiError
  }
}

async function answer(options: ServerOptions, found: Match | ApiError, request: IncomingMessage, url: URL) {
  try {
    if (found instanceof ApiError) throw found
    if (!found.route.open) authorize(request.headers.authorization, options.apiKey)
    const params = await readParams(request, url)
    return await found.route.handle(options.context, { args: found.args, params, request })
  } catch (error) {
    return errorReply(error)
  }
}

/** Handles one request: faults that replace the reply, then the route, then the delivery with its faults. */
async function exchange(
  options: ServerOptions,
  startedAt: number,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const url = new URL(`http://sandbox${request.url?.startsWith('/') ? request.url : '/'}`)
  const found = findRoute(request, url)
  const endpoint = found instanceof ApiError ? undefined : found.route.endpoint
  const entry: LogEntry = {
    at: performance.now() - startedAt,
    method: request.method ?? '',
    url: request.url ?? '',
    endpoint,
    headers: request.headers,
    status: 0,
    range: undefined,
    bytesSent: 0,
    ended: false,
  }
  options.log.add(entry)
  response.once('close', () => {
    if (response.headersSent) entry.status = response.statusCode
    entry.ended = true
  })
  if (options.latencyMs > 0) await pause(response, options.latencyMs)

  const fault = endpoint && options.faults.takeReplyFault(endpoint)
  let reply: Reply | undefined
  if (fault === undefined || fault.kind === 'ok') {
    reply = await answer(options, found, request, url)
  } else {
    if (fault.kind === 'lose-response') await answer(options, found, request, url)
    reply = strikeReply(fault, request, response)
  }
  if (reply === undefined || response.destroyed) return
  const { faults, throttle } = options
  const wire = fault === undefined ? faults : undefined
  await deliver({ request, response, endpoint, reply, faults: wire, throttle, delivered: entry })
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const reason = systemCode(error) === 'EADDRINUSE' ? 'the port is in use' : error.message
      reject(
        new SluiceError('E_IO', `the sandbox cannot listen on port ${port}: ${reason}`, { cause: error }),
      )
    })
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

export interface RunningServer {
  readonly port: number
  /** Ends all connections and stops listening. */
  close(): Promise<void>
}

/** Serves the API on loopback. Throws `E_IO` when the port cannot be had. */
export async function serve(options: ServerOptions, port: number): Promise<RunningServer> {
  const startedAt = performance.now()
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    // A reply that fails half way can only be cut off: its head has been sent.
    exchange(options, startedAt, request, response).catch(() => reset(request.socket))
  })
  const actualPort = await listen(server, port)
  return {
    port: actualPort,
    close() {
      return new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}
