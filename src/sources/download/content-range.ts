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
