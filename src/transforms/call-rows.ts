import { throwIfAborted } from '../abort.js'
import { messageOf, SluiceError } from '../errors.js'
import type { Row } from '../rows/reader.js'

export type MaybePromise<T> = T | Promise<T>

/** A function of the program. `index` is the number of the row in the flow that reaches it, counted from 0. */
export type RowCallback<T> = (row: Row, index: number) => MaybePromise<T>

export interface CallOptions {
  /**
   * How many calls of an asynchronous function may be under way at once. Default 1. Whatever it is, results keep the
   * order of their rows.
   */
  concurrency?: number
}

/**
 * Calls a function of the program for each row of a batch and resolves with what it returned, in order. What it throws
 * becomes the cause of an `E_CALLBACK` that names the row; no further call is started then.
 */
export function rowCaller<T>(
  callback: RowCallback<T>,
  { concurrency = 1 }: CallOptions,
  signal: AbortSignal,
): (rows: readonly Row[], firstRow: number) => Promise<T[]> {
  if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
    throw new SluiceError('E_USAGE', `concurrency is a whole number of calls, not ${concurrency}`)
  }
  return async (rows, firstRow) => {
    const results: T[] = new Array(rows.length)
    let next = 0
    const work = async () => {
      while (next < rows.length) {
        const i = next++
        throwIfAborted(signal)
        try {
          const result = callback(rows[i]!, firstRow + i)
          results[i] = isPromise(result) ? await result : result
        } catch (cause) {
          next = rows.length
          throw inRow(cause, firstRow + i)
        }
      }
    }
    await Promise.all(Array.from({ length: Math.min(concurrency, rows.length) }, work))
    return results
  }
}

/** The error for what a function of the program threw; one of ours passes, as a function may choose it. */
export function inRow(cause: unknown, index: number): SluiceError {
  if (cause instanceof SluiceError) return cause
  return new SluiceError('E_CALLBACK', `the function for row ${index + 1} failed: ${messageOf(cause)}`, {
    cause,
  })
}

/** Waiting for what is there already would cost a turn of the microtask queue for each row. */
function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null)?.then === 'function'
}
