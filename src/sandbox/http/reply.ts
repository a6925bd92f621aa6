import { withoutLineEnds } from '../results/formats.js'
import type { ResultBody } from '../results/result-body.js'

/** Reply of a route. A `body` of bytes goes out whole; a `representation` can be asked for in ranges. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly representation?: ResultBody
}

export function jsonReply(value: unknown, status = 200): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: Buffer.from(withoutLineEnds(JSON.stringify(value))),
  }
}

export function textReply(status: number, type: string, text: string): Reply {
  return { status, headers: { 'content-type': type }, body: Buffer.from(text) }
}
