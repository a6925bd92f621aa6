/** The bytes `start` (inclusive) to `end` (exclusive) of a representation. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

export type RangeOutcome =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly range: ByteRange }
  | { readonly kind: 'unsatisfiable' }

const WHOLE: RangeOutcome = { kind: 'whole' }

/**
 * The range that a `Range` header asks of a body of `size` bytes (RFC 9110, section 14.2). A header that is not valid, is not
 * in bytes or names several ranges is ignored, which the RFC allows, and the whole body is sent.
 */
export function resolveRange(header: string | undefined, size: number): RangeOutcome {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.replaceAll(' ', '') ?? '')
  if (match === null) return WHOLE
  const [, first = '', last = ''] = match
  if (first === '') {
    if (last === '') return WHOLE
    const suffix = Number(last)
    if (suffix === 0 || size === 0) return { kind: 'unsatisfiable' }
    return { kind: 'part', range: { start: Math.max(0, size - suffix), end: size } }
  }
  const start = Number(first)
  const end = last === '' ? size : Math.min(Number(last) + 1, size)
  if (last !== '' && Number(last) < start) return WHOLE
  if (start >= size) return { kind: 'unsatisfiable' }
  return { kind: 'part', range: { start, end } }
}

/** Whether an `If-Range` header lets the range stand: strong comparison, so a weak tag never matches. */
export function ifRangeHolds(header: string | undefined, etag: string | undefined): boolean {
  if (header === undefined) return true
  return etag !== undefined && !etag.startsWith('W/') && header.trim() === etag
}
