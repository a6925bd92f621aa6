import type { Readable } from 'node:stream'
import { asSluiceError } from '../../abort.js'
import { SluiceError } from '../../errors.js'
import { networkError } from './network-error.js'

/** A response whose body has not been read. It must be read to its end or destroyed, its connection with it. */
export interface Reply {
  readonly status: number
  readonly reason: string
  /** Names in lower case; a header that came more than once is joined with commas. */
  readonly headers: ReadonlyMap<string, string>
  /** An error of it needs no listener. */
  readonly body: Readable
}

/** undici's header object as a map, which has no prototype to pollute. */
export function headerMap(headers: Record<string, string | string[] | undefined>): Map<string, string> {
  const map = new Map<string, string>()
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value)
  }
  return map
}

/**
 * The whole body as text.
 *
 * @throws SluiceError `E_LIMIT_BODY` when it has more than `limit` bytes; the network's error when it is cut off.
 */
export async function readText(reply: Reply, limit: number, host: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of reply.body as AsyncIterable<Uint8Array>) {
      length += chunk.length
      if (length > limit) throw new SluiceError('E_LIMIT_BODY', `the API reply has more than ${limit} bytes`)
      chunks.push(chunk)
    }
  } catch (error) {
    throw asSluiceError(error, undefined, (cause) => networkError(cause, host))
  }
  return Buffer.concat(chunks, length).toString('utf8')
}

/**
 * The beginning of a body, for a message, or as much of it as comes within `withinMs`; whatever happens while reading it
 * is of no interest.
 */
export async function readStart(reply: Reply, limit: number, withinMs: number): Promise<string> {
  let start = Buffer.alloc(0)
  const timer = setTimeout(() => reply.body.destroy(), withinMs)
  try {
    for await (const chunk of reply.body as AsyncIterable<Uint8Array>) {
      start = Buffer.concat([start, chunk])
      if (start.length >= limit) break
    }
  } catch {
    // The status alone says enough.
  } finally {
    clearTimeout(timer)
  }
  return start.subarray(0, limit).toString('utf8')
}
