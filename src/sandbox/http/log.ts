import type { IncomingHttpHeaders } from 'node:http'
import type { Endpoint } from '../faults/fault.js'
import type { ByteRange } from './range.js'

/** One request as the sandbox saw it. */
export interface LogEntry {
  /** Milliseconds since the sandbox started. */
  readonly at: number
  /** The HTTP method. */
  readonly method: string
  /** Path and query as sent. */
  readonly url: string
  /** The operation; undefined for a path that the API does not have. */
  readonly endpoint: Endpoint | undefined
  /** The headers of the request. */
  readonly headers: IncomingHttpHeaders
  /** The status sent; 0 when none was. */
  status: number
  /** The range of a 206. */
  range: ByteRange | undefined
  /** Bytes of the body handed to the socket. */
  bytesSent: number
  /** Whether the exchange is over, well or badly. */
  ended: boolean
}
