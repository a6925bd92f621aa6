import type { IncomingMessage } from 'node:http'
import { ApiError } from './api-error.js'

/** The names of this machine for itself, as they stand in a Host header. */
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]']

/**
 * Keeps web pages out, which run in a browser on the same machine. A page whose name was made to lead to 127.0.0.1 sends
 * that name as Host; any other page says its own as Origin, and a browser says whose page asks.
 *
 * @throws ApiError 403
 */
export function refuseWebPages({ headers, socket }: IncomingMessage): void {
  const hosts = LOOPBACK.map((name) => `${name}:${socket.localPort}`)
  // Clients leave the port of http out.
  if (socket.localPort === 80) hosts.push(...LOOPBACK)
  if (!hosts.includes(headers.host?.toLowerCase() ?? '')) {
    throw new ApiError(403, `The sandbox answers to the hosts ${hosts.join(', ')} only`)
  }
  const site = headers['sec-fetch-site']
  if (headers.origin !== undefined || (site !== undefined && site !== 'none')) {
    throw new ApiError(403, 'The sandbox does not answer to web pages')
  }
}
