import { throwIfAborted } from '../abort.js'
import { callbackError, SluiceError } from '../errors.js'
import { withoutLimit } from '../kernel/blocks.js'
import type { RowBlock } from '../model/row-block.js'
import { createRowReader, type Row, type RowReadOptions, VALUE_OPTIONS } from '../rows/reader.js'
import { checkArgument, checkOptions, type OptionShapes } from '../usage.js'
import type { CallOptionsFor } from './options-for.js'
import {
  blocksOf,
  COLUMN_OPTIONS,
  type ColumnOptions,
  flowOf,
  joined,
  type RowFunction,
  type TypedRowFunction,
} from './row-flow.js'
import type { PassedRow } from './typed.js'

/** How rows are read for a function, and how it is called. */
export interface RowFunctionOptions extends Omit<RowReadOptions, 'shape'>, RowCallOptions {}

/** As {@link RowFunctionOptions}, and the columns of the rows that the function returns. */
export interface MapOptions extends RowFunctionOptions, ColumnOptions {}

/**
 * Keeps the rows for which the function returns true, byte for byte as they came.
 *
 * @example
 * filter((row) => row.code === 404)
 */
export function filter<In extends object = Row<never>>(
  keep: RowCallback<boolean, In>,
  ...[options = {}]: CallOptionsFor<In, RowFunctionOptions>
): TypedRowFunction<In, In> {
  return passing(keep as RowCallback<boolean>, options, (block, offsets, kept) => {
    return kept.flatMap((isKept, i) => (isKept ? [block.bytes.subarray(offsets[i], offsets[i + 1])] : []))
  })
}

/**
 * Calls the function for each row and passes rows on byte for byte; a promise it returns is waited for.
 *
 * @example
 * tap((row, index) => console.error(index, row.path))
 */
export function tap<In extends object = Row<never>>(
  see: RowCallback<unknown, In>,
  ...[options = {}]: CallOptionsFor<In, RowFunctionOptions>
): TypedRowFunction<In, In> {
  return passing(see as RowCallback<unknown>, options, (block, offsets) => [
    block.bytes.subarray(0, offsets.at(-1)),
  ])
}

/**
 * Replaces each row by the one the function returns.
 *
 * @example
 * map((row) => ({ path: row.path, failed: Number(row.code) >= 400 }))
 */
export function map<In extends object = Row<never>, Out extends object = object>(
  change: RowCallback<Out, In>,
  ...[options = {}]: CallOptionsFor<In, MapOptions>
): TypedRowFunction<In, PassedRow<Out>> {
  return making(change as RowCallback<Out>, options, (rows) => rows)
}

/**
 * Replaces each row by the rows the function returns: none, one or many, taken from the iterable as they are
 * needed.
 *
 * @example
 * flatMap((row) => String(row.tags).split(' ').map((tag) => ({ tag })))
 */
export function flatMap<In extends object = Row<never>, Out extends object = object>(
  change: RowCallback<Iterable<Out>, In>,
  ...[options = {}]: CallOptionsFor<In, MapOptions>
): TypedRowFunction<In, PassedRow<Out>> {
  return making(change as RowCallback<Iterable<Out>>, options, function* (results, firstRow) {
    for (let i = 0; i < results.length; i++) {
      try {
        yield* results[i]!
      } catch (cause) {
        throw callbackError(cause, `the function for row ${firstRow + i + 1}`)
      }
    }
  })
}

const ROW_FUNCTION_OPTIONS: OptionShapes<RowFunctionOptions> = {
  ...VALUE_OPTIONS,
  concurrency: 'count from 1',
}
const MAP_OPTIONS: OptionShapes<MapOptions> = { ...ROW_FUNCTION_OPTIONS, ...COLUMN_OPTIONS }

/** A function whose result decides which bytes of a block go on. */
function passing<T>(
  callback: RowCallback<T>,
  options: RowFunctionOptions,
  take: (block: RowBlock, offsets: Uint32Array, results: readonly T[]) => Iterable<Uint8Array>,
): RowFunction {
  checkArgument(callback, 'what is called for each row', 'function')
  checkOptions(options, 'a row function', ROW_FUNCTION_OPTIONS)
  return {
    kind: 'rows',
    apply: async (flow, context) => {
      const { plan, blocks } = blocksOf(flow, context)
      const read = createRowReader(plan, options)
      const call = rowCaller(callback, options, context.signal)
      const taken = async function* () {
        for await (const block of blocks) {
          const { rows, offsets } = read(block)
          yield take(block, offsets, await call(rows, block.firstRow))
        }
      }
      return { plan: withoutLimit(plan), chunks: joined(taken()) }
    },
  }
}

/** A function whose results become the rows that go on. */
function making<T>(
  callback: RowCallback<T>,
  options: MapOptions,
  rowsOf: (results: readonly T[], firstRow: number) => Iterable<object>,
): RowFunction {
  checkArgument(callback, 'what is called for each row', 'function')
  checkOptions(options, 'a row function', MAP_OPTIONS)
  return {
    kind: 'rows',
    apply: async (flow, context) => {
      const { plan, blocks } = blocksOf(flow, context)
      const read = createRowReader(plan, options)
      const call = rowCaller(callback, options, context.signal)
      const made = async function* () {
        for await (const block of blocks) {
          const { rows, replacedTexts } = read(block)
          context.onReplacedTexts(replacedTexts)
          yield rowsOf(await call(rows, block.firstRow), block.firstRow)
        }
      }
      return flowOf(made(), plan, options)
    },
  }
}

/** A value, or a promise of it. */
export type MaybePromise<T> = T | Promise<T>

/** A function of the program. `index` is the number of the row in the flow that reaches it, counted from 0. */
export type RowCallback<T, In = Row> = (row: In, index: number) => MaybePromise<T>

/** How a row function is called. */
export interface RowCallOptions {
  /**
   * How many calls of an asynchronous function may be under way at once. Whatever it is, results keep the order of
   * their rows.
   *
   * @default 1
   */
  concurrency?: number
}

/**
 * Calls a function of the program for each row of a batch and resolves with what it returned, in order. What it throws
 * becomes the cause of an `E_CALLBACK` that names the row; no further call is started then.
 */
export function rowCaller<T>(
  callback: RowCallback<T>,
  { concurrency = 1 }: RowCallOptions,
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
          throw callbackError(cause, `the function for row ${firstRow + i + 1}`)
        }
      }
    }
    await Promise.all(Array.from({ length: Math.min(concurrency, rows.length) }, work))
    return results
  }
}

/** Waiting for what is there already would cost a turn of the microtask queue for each row. */
function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null)?.then === 'function'
}
