import { SluiceError } from '../errors.js'
import type { OpenSource } from '../sources/contract.js'

/** Bytes and rows against what the job record announced; the row count last, as the strictest. */
export function verifyComplete(
  source: OpenSource,
  seen: { bytes: number; rows: number },
  verifyCount: boolean,
): void {
  const { expectedBytes, expectedRows } = source
  if (expectedBytes !== undefined && seen.bytes !== expectedBytes) {
    const message = `the result has ${seen.bytes} bytes, announced were ${expectedBytes}`
    throw new SluiceError('E_SIZE_MISMATCH', message)
  }
  if (verifyCount && expectedRows !== undefined && seen.rows !== expectedRows) {
    throw countMismatch(seen.rows, expectedRows)
  }
}

/** Ends a run as soon as there are too many rows: what expands without end must not fill a disk first. */
export function verifyNotTooMany(source: OpenSource, rows: number, verifyCount: boolean): void {
  const { expectedRows } = source
  if (verifyCount && expectedRows !== undefined && rows > expectedRows)
    throw countMismatch(rows, expectedRows)
}

function countMismatch(rows: number, expected: number): SluiceError {
  const seen = rows > expected ? 'more' : `${rows}`
  return new SluiceError('E_ROW_COUNT', `the job record says ${expected} rows, the result has ${seen}`, {
    hint: 'if the job record is wrong, --no-verify-count (verifyCount: false) accepts the result as it is',
  })
}
