import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ReplyFault } from '../faults/fault.js'
import { ApiError } from './api-error.js'
import { jsonReply, type Reply, textReply } from './reply.js'
import { close, reset } from './wire.js'

const PORTAL_PAGE = '<!DOCTYPE html><html><body><h1>Please sign in to this network</h1></body></html>'

/**
 * Carries out a fault that replaces the reply. Returns what is to be delivered instead, or `undefined` when the
 * connection itself was dealt with.
 */
export function strikeReply(
  fault: ReplyFault,
  request: IncomingMessage,
  response: ServerResponse,
): Reply | undefined {
  const { socket } = request
  switch (fault.kind) {
    case 'status': {
      const reply = jsonReply(
        new ApiError(fault.status, `Injected status ${fault.status}`).body(),
        fault.status,
      )
      if (fault.retryAfter === undefined) return reply
      return { ...reply, headers: { ...reply.headers, 'retry-after': fault.retryAfter } }
    }
    case 'html':
      return textReply(200, 'text/html; charset=utf-8', PORTAL_PAGE)
    case 'redirect':
      return { status: fault.status ?? 302, headers: { location: fault.location } }
    case 'reply': {
      response.writeHead(fault.status, fault.headers as Record<string, string>)
      response.end(fault.body)
      return undefined
    }
    case 'raw': {
      socket.write(fault.bytes)
      if (fault.end === 'reset') reset(socket)
      else if (fault.end !== 'hang') close(socket)
      return undefined
    }
    case 'fin':
      close(socket)
      return undefined
    case 'reset':
    case 'lose-response':
      reset(socket)
      return undefined
    case 'hang':
    case 'ok':
      return undefined
  }
}
