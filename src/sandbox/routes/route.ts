import type { IncomingMessage } from 'node:http'
import type { Context } from '../context.js'
import type { Endpoint } from '../faults/fault.js'
import type { Params } from '../http/params.js'
import type { Reply } from '../http/reply.js'

/** A request that was matched and read. */
export interface Call {
  /** The parts of the path that the pattern leaves open, decoded. */
  readonly args: readonly string[]
  readonly params: Params
  readonly request: IncomingMessage
}

export interface Route {
  readonly endpoint: Endpoint
  readonly method: 'GET' | 'POST'
  /** Segments after `/v3/`; `*` matches any one segment. */
  readonly path: string
  /** Whether it answers without a key. */
  readonly open?: boolean
  handle(context: Context, call: Call): Reply | Promise<Reply>
}
