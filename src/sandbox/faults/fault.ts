import { requireObject } from '../../errors.js'
import { checkArgument } from '../../usage.js'

/** The endpoints a fault can be tied to; {@link Fault.on} `any` means each of them. */
export const ENDPOINTS = [
  'list',
  'show',
  'status',
  'status_by_domain_key',
  'statistics',
  'issue',
  'kill',
  'result',
  'result_export',
  'export',
  'databases',
  'database',
  'tables',
  'table',
  'connections',
  'results',
  'schedules',
  'bulk_imports',
  'users',
  'server_status',
] as const

/** The operations of the API that a fault may be for. */
export type Endpoint = (typeof ENDPOINTS)[number]

/** A place in a result body. */
interface Place {
  /**
   * The byte before which it happens, counted from the start of the whole result, whatever range was asked for: a
   * reply that does not hold this byte leaves the fault for a later one. The size of the result means after
   * its last byte.
   */
  readonly at: number
  /** Count `at` from the first byte of the reply instead. */
  readonly relative?: boolean
}

/** Faults that replace the whole reply; the request is not carried out unless the fault says so. */
export type ReplyFault =
  /** Lets one request through untouched, to place the faults after it. */
  | { readonly kind: 'ok' }
  /** An error status with the API's JSON body. `retryAfter` is sent as it is. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string }
  /** The 200 page of a captive portal. */
  | { readonly kind: 'html' }
  /** Any reply. */
  | {
      readonly kind: 'reply'
      readonly status: number
      readonly headers?: Readonly<Record<string, string | string[]>>
      readonly body?: string | Uint8Array
    }
  /** Bytes straight onto the socket, for heads and framing no HTTP library would write; then the connection ends. */
  | { readonly kind: 'raw'; readonly bytes: string | Uint8Array; readonly end?: 'fin' | 'reset' | 'hang' }
  | { readonly kind: 'redirect'; readonly location: string; readonly status?: number }
  /** Resets or closes the connection instead of answering. */
  | { readonly kind: 'reset' | 'fin'; readonly at?: undefined }
  /** Carries the request out, then resets the connection instead of answering. */
  | { readonly kind: 'lose-response' }
  /** Never answers. */
  | { readonly kind: 'hang' }

/** Faults that change a reply or the way it is sent. */
export type WireFault =
  /** Resets (RST) or closes (FIN) the connection inside the body. */
  | ({ readonly kind: 'reset' | 'fin' } & Place)
  /** Goes silent for `ms` inside the body, or before the head. */
  | ({ readonly kind: 'stall'; readonly ms: number } & Partial<Place>)
  /** Slows this one reply down. */
  | { readonly kind: 'trickle'; readonly bytesPerSecond: number }
  /** Flips bits of one byte; `mask` says which, all by default. */
  | ({ readonly kind: 'corrupt'; readonly mask?: number } & Place)
  /** Answers a range request with 200 and everything. */
  | { readonly kind: 'ignore-range' }
  | { readonly kind: 'no-etag' | 'weak-etag' | 'no-accept-ranges' }
  /** Another entity tag, as if the result had changed; also the one `If-Range` is compared with. */
  | { readonly kind: 'etag'; readonly etag: string }
  /**
   * A 206 that is wrong: its `Content-Range` has another `start` or `total`, an unknown total (`star`), is missing
   * (`none`), or is right while other `bytes` are sent. `by` says by how much.
   */
  | {
      readonly kind: 'lie-range'
      readonly what: 'start' | 'total' | 'star' | 'none' | 'bytes'
      readonly by?: number
    }
  /** Sends the body chunked, ended by the close of the connection, or with a Content-Length that is off `by` bytes. */
  | { readonly kind: 'frame'; readonly how: 'chunked' | 'close' | 'length'; readonly by?: number }
  /** Compresses the body once more and says so. Implies no ranges. */
  | { readonly kind: 'encode'; readonly encoding: 'gzip' | 'deflate' | 'br' }
  /** Says the body has a Content-Encoding, true or not. */
  | { readonly kind: 'label'; readonly encoding: string }
  /** Drops the connection after the reply although the head promised to keep it. */
  | { readonly kind: 'drop-connection' }

/** Anything the sandbox may do wrong on purpose. */
export type Fault = (ReplyFault | WireFault) & {
  /** @default `result` for faults that need a body or a range, `any` for the others */
  readonly on?: Endpoint | 'any'
  /**
   * How many replies it strikes. With `Infinity` a wire fault strikes every reply, beside whatever else does, and never
   * counts as pending.
   *
   * @default 1
   */
  readonly times?: number
  /** Wire faults that strike the same reply; it has to fit them all. They come first. */
  readonly with?: readonly WireFault[]
}

/** All kinds; the compiler names one that is missing. */
const KINDS: Readonly<Record<Fault['kind'], true>> = {
  ok: true,
  status: true,
  html: true,
  reply: true,
  raw: true,
  redirect: true,
  reset: true,
  fin: true,
  'lose-response': true,
  hang: true,
  stall: true,
  trickle: true,
  corrupt: true,
  'ignore-range': true,
  'no-etag': true,
  'weak-etag': true,
  'no-accept-ranges': true,
  etag: true,
  'lie-range': true,
  frame: true,
  encode: true,
  label: true,
  'drop-connection': true,
}

/** Throws `E_USAGE` for what is no fault, or one of an unknown kind. */
export function checkFault(fault: Fault): void {
  requireObject(fault, 'a fault')
  checkArgument(fault.kind, 'the kind of a fault', Object.keys(KINDS))
}

const REPLY_KINDS = new Set(['ok', 'status', 'html', 'reply', 'raw', 'redirect', 'lose-response', 'hang'])

export function isReplyFault(fault: Fault): fault is ReplyFault & Fault {
  if (fault.kind === 'reset' || fault.kind === 'fin') return fault.at === undefined
  return REPLY_KINDS.has(fault.kind)
}

export function isWireFault(fault: Fault): fault is WireFault & Fault {
  return !isReplyFault(fault)
}

/** Where a fault strikes when it does not say. */
export function defaultEndpoint(fault: Fault): Endpoint | 'any' {
  if (isReplyFault(fault) || fault.kind === 'drop-connection') return 'any'
  return fault.kind === 'stall' && fault.at === undefined ? 'any' : 'result'
}
