import type { ResultReply } from '../../client/index.js'
import { SluiceError } from '../../errors.js'

/** A Content-Range of bytes (RFC 9110, section 14.4); parts that are `*` there are undefined here. */
export interface ContentRange {
  /** The first byte's offset. */
  readonly start: number | undefined
  /** The last byte's offset, inclusive. */
  readonly end: number | undefined
  readonly total: number | undefined
}

const CONTENT_RANGE = /^bytes (?:(\d{1,15})-(\d{1,15})|\*)\/(?:(\d{1,15})|\*)$/i

/** Undefined where the header is absent or does not make sense. */
export function parseContentRange(header: string | undefined): ContentRange | undefined {
  const match = CONTENT_RANGE.exec(header?.slice(0, 64).trim() ?? '')
  if (match === null) return undefined
  const [start, end, total] = match
    .slice(1)
    .map((digits) => (digits === undefined ? undefined : Number(digits)))
  if (start !== undefined && end! < start) return undefined
  if (total !== undefined && end !== undefined && end >= total) return undefined
  return { start, end, total }
}

/** Content-Length in bytes; undefined where the length is told in another way, or not at all. */
export function parseContentLength(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : undefined
}

/** An ETag that stands for the very same bytes; a weak one (`W/"…"`) does not (RFC 9110, section 8.8.1). */
export function strongEtag(header: string | undefined): string | undefined {
  return header !== undefined && /^"[\x21\x23-\x7e]{0,255}"$/.test(header) ? header : undefined
}

/** Facts about a result while it is downloaded. */
export interface Known {
  /** Bytes that were delivered. */
  readonly offset: number
  /** Bytes of the whole result. */
  readonly total: number | undefined
  /** The strong ETag of the reply that the delivered bytes began with. */
  readonly etag: string | undefined
}

/**
 * The request: everything, the bytes from `offset` on, the first of several parts, or the last byte of a result that
 * is there already, to see whether it is still the same.
 */
export type Asked = 'whole' | 'rest' | 'first' | 'last'

/** Use of a reply. */
export type Continuation =
  /** Its body goes on where the delivered bytes end; `length` bytes of it, where known. */
  | { readonly kind: 'append'; readonly length: number | undefined; readonly known: Known }
  /** It is the whole result from its first byte; the delivered part must prove to be the same. */
  | { readonly kind: 'replay'; readonly length: number | undefined; readonly known: Known }
  /** There is nothing more to come. */
  | { readonly kind: 'complete' }

/** The server does not do ranges as it should; the result must be asked for in one piece. */
export class RangesRefused extends Error {}

/**
 * Judges a reply by what was asked for and what is known. Nothing is spliced on trust: a range counts only when the
 * reply says that it begins where it should, in a result of the same size and the same ETag.
 *
 * Throws `RangesRefused` for a range that does not fit, `E_PROTOCOL` for what no such request can be answered with,
 * `E_RESULT_CHANGED` when the size has changed.
 */
export function judge(reply: ResultReply, known: Known, asked: Asked): Continuation {
  switch (reply.status) {
    case 200:
      return judgeWhole(reply, known)
    case 206:
      if (asked !== 'whole') return judgePart(reply, known, asked)
      throw new SluiceError('E_PROTOCOL', 'the server sent a part of the result, unasked (HTTP 206)')
    case 416:
      // That a byte is not there says nothing of the bytes that are.
      if (asked === 'last') throw new RangesRefused('the server has no byte where the last one is')
      return judgeUnsatisfiable(reply, known)
    default:
      throw new SluiceError('E_PROTOCOL', `the server sent HTTP ${reply.status} in place of a result`)
  }
}

function judgeWhole({ headers }: ResultReply, known: Known): Continuation {
  const length = parseContentLength(headers.get('content-length'))
  const etag = strongEtag(headers.get('etag'))
  if (known.offset === 0) return { kind: 'append', length, known: { offset: 0, total: length, etag } }
  if (length !== undefined && known.total !== undefined && length !== known.total) {
    const message = `the result had ${known.total} bytes and now has ${length}`
    throw new SluiceError('E_RESULT_CHANGED', message)
  }
  return { kind: 'replay', length, known: { ...known, total: known.total ?? length, etag } }
}

function judgePart({ headers }: ResultReply, known: Known, asked: Asked): Continuation {
  const range = parseContentRange(headers.get('content-range'))
  if (range?.start === undefined || range.end === undefined || range.total === undefined) {
    throw new RangesRefused('the server does not say which bytes it sends')
  }
  if (range.start !== (asked === 'last' ? known.offset - 1 : known.offset))
    throw new RangesRefused('the server sends other bytes than asked')
  if (range.total !== (known.total ?? range.total)) {
    throw new RangesRefused('the size of the result has changed')
  }
  const etag = strongEtag(headers.get('etag'))
  if (etag === undefined || (asked !== 'first' && etag !== known.etag)) {
    throw new RangesRefused('the server does not confirm that the result is the same')
  }
  const length = range.end - range.start + 1
  if ((parseContentLength(headers.get('content-length')) ?? length) !== length) {
    throw new RangesRefused('the server contradicts itself about the length')
  }
  if (asked === 'last') return { kind: 'complete' }
  return { kind: 'append', length, known: { ...known, total: range.total, etag } }
}

function judgeUnsatisfiable({ headers }: ResultReply, known: Known): Continuation {
  const total = parseContentRange(headers.get('content-range'))?.total
  const complete = known.offset > 0 && total === known.offset && total === (known.total ?? total)
  if (complete) return { kind: 'complete' }
  throw new RangesRefused('the server has no bytes where some are missing')
}
