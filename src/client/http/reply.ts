import type { Readable } from 'node:stream'
import { asSluiceError } from '../../abort.js'
import { SluiceError } from '../../errors.js'
import { isBinary } from '../printable.js'
import { decoded } from './content-encoding.js'
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
 * The whole body as text, without a content encoding.
 *
 * @throws SluiceError `E_LIMIT_BODY` when it has more than `limit` bytes; the network's error when it is cut off.
 * @throws UnusableReply (`E_PROTOCOL`) for an encoding that is unknown or damaged.
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
  const encoding = reply.headers.get('content-encoding')
  return (await decoded(Buffer.concat(chunks, length), encoding, limit, true)).toString('utf8')
}

/** How many times its size the beginning of a body may have when it is decoded. */
const MOST_GROWTH = 64

/**
 * The beginning of a body, for a message, or as much of it as comes within `withinMs`, without a content encoding;
 * whatever happens while reading it is of no interest. Empty for what is no text.
 */
export async function readStart(reply: Reply, limit: number, withinMs: number): Promise<string> {
  let start = Buffer.alloc(0)
  let isWhole = false
  const timer = setTimeout(() => reply.body.destroy(), withinMs)
  try {
    for await (const chunk of reply.body as AsyncIterable<Uint8Array>) {
      start = Buffer.concat([start, chunk])
      if (start.length >= limit) break
    }
    isWhole = start.length < limit
  } catch {
    // The status alone says enough.
  } finally {
    clearTimeout(timer)
  }
  const encoding = reply.headers.get('content-encoding')
  const bytes = start.subarray(0, limit)
  const body = await decoded(bytes, encoding, limit * MOST_GROWTH, isWhole).catch(() => Buffer.alloc(0))
  const text = body.subarray(0, limit).toString('utf8')
  return isBinary(text) ? '' : text
}
