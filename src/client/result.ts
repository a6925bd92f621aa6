import type { Readable } from 'node:stream'
import { SluiceError } from '../errors.js'
import type { Duration } from '../model/duration.js'
import { checkOptions, type OptionShapes, toMilliseconds } from '../usage.js'
import { type Reply, readStart } from './http/reply.js'
import { withRetries } from './http/retry.js'
import type { Transport } from './http/transport.js'
import { printable } from './printable.js'

const RESULT_FORMATS = ['msgpack.gz', 'msgpack', 'json', 'csv', 'tsv'] as const

/** The encodings in which the API sends a result. */
export type ResultFormat = (typeof RESULT_FORMATS)[number]

/** Which bytes of a result to ask for, and in which encoding. */
export interface ResultOptions {
  /** @default `msgpack.gz` */
  readonly format?: ResultFormat | undefined
  /** Whether the first line names the columns; for text formats. */
  readonly header?: boolean | undefined
  /** Passed through to the API, which documents no more than its name. */
  readonly nullifySpecial?: boolean | undefined
  /** Bytes `start` to `end`, both inclusive; without `end` up to the last. */
  readonly range?: { readonly start: number; readonly end?: number | undefined } | undefined
  /** A strong ETag: the range is for this very result, and a changed one is to come whole. */
  readonly ifRange?: string | undefined
  /**
   * How often the request is made again. 0 makes one attempt.
   *
   * @default the client's retries
   */
  readonly retries?: number | undefined
  /**
   * How long without a byte until the body fails; it counts only while bytes are wanted. 0 for ever.
   *
   * @default the client's idle timeout
   */
  readonly bodyTimeout?: Duration | undefined
  /** Ends the request, and the body. */
  readonly signal?: AbortSignal | undefined
}

const RESULT_OPTIONS: OptionShapes<ResultOptions> = {
  format: RESULT_FORMATS,
  header: 'boolean',
  nullifySpecial: 'boolean',
  range: 'object',
  ifRange: 'text',
  retries: 'count',
  bodyTimeout: 'duration',
  signal: 'signal',
}

/** A result on its way. The body must be read to its end or destroyed; nothing has checked it yet. */
export interface ResultReply {
  /** 200, 206, 416, or another success the API does not document. */
  readonly status: number
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  /** The bytes of the result. */
  readonly body: Readable
}

/** See {@link Jobs.result}. */
export async function result(
  transport: Transport,
  jobId: string,
  options: ResultOptions,
): Promise<ResultReply> {
  checkOptions(options, 'result', RESULT_OPTIONS)
  const { range, signal, retries = transport.retryPolicy.retries } = options
  const bodyTimeoutMs = toMilliseconds('bodyTimeout', options.bodyTimeout, transport.idleTimeoutMs)
  const request = {
    method: 'GET',
    path: `job/result/${jobId}`,
    query: {
      format: options.format ?? 'msgpack.gz',
      header: options.header?.toString(),
      nullify_special: options.nullifySpecial?.toString(),
    },
    headers: range === undefined ? {} : rangeHeaders(range, options.ifRange),
    signal,
    accept: range === undefined ? [] : [416],
  } as const
  const reply = await withRetries(
    () => transport.send(request, bodyTimeoutMs),
    { ...transport.retryPolicy, retries },
    signal,
  )
  if (/^text\/html\b/i.test(reply.headers.get('content-type') ?? '')) throw await notAResult(transport, reply)
  return reply
}

/** A login page of a hotel's network, or of a proxy, in place of the API. */
async function notAResult(transport: Transport, reply: Reply): Promise<SluiceError> {
  const page = printable(transport.redact(await readStart(reply, 1024, transport.idleTimeoutMs)))
  const what = page === '' ? 'what it calls a web page (text/html)' : 'a web page'
  return new SluiceError(
    'E_NOT_MSGPACK',
    `the server sent ${what} in place of a result${page && `: ${page}`}`,
  )
}

function rangeHeaders(range: NonNullable<ResultOptions['range']>, ifRange: string | undefined) {
  const { start, end } = range
  if (!Number.isSafeInteger(start) || start < 0 || (end !== undefined && !(end >= start))) {
    throw new SluiceError('E_USAGE', 'a range is two whole numbers, the first not after the second')
  }
  return { range: `bytes=${start}-${end ?? ''}`, ...(ifRange === undefined ? {} : { 'if-range': ifRange }) }
}
