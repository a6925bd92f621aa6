import { withoutLimit } from '../kernel/blocks.js'
import type { RowBlock } from '../model/row-block.js'
import { createRowReader, type RowReadOptions } from '../rows/reader.js'
import { type CallOptions, inRow, type RowCallback, rowCaller } from './call-rows.js'
import { type ColumnOptions, flowOf, joined } from './made-rows.js'
import { blocksOf, type RowFunction } from './row-flow.js'

/** How rows are read for a function, and how it is called. */
export interface RowFunctionOptions extends Omit<RowReadOptions, 'shape'>, CallOptions {}

export interface MapOptions extends RowFunctionOptions, ColumnOptions {}

/** Keeps the rows for which the function returns true, byte for byte as they came. */
export function filter(keep: RowCallback<boolean>, options: RowFunctionOptions = {}): RowFunction {
  return passing(keep, options, (block, offsets, kept) => {
    return kept.flatMap((isKept, i) => (isKept ? [block.bytes.subarray(offsets[i], offsets[i + 1])] : []))
  })
}

/** Calls the function for each row and passes rows on byte for byte; a promise it returns is waited for. */
export function tap(see: RowCallback<unknown>, options: RowFunctionOptions = {}): RowFunction {
  return passing(see, options, (block, offsets) => [block.bytes.subarray(0, offsets.at(-1))])
}

/** Replaces each row by the one the function returns. */
export function map(change: RowCallback<object>, options: MapOptions = {}): RowFunction {
  return making(change, options, (rows) => rows)
}

/**
 * Replaces each row by the rows the function returns: none, one or many, taken from the iterable as they are
 * needed.
 */
export function flatMap(change: RowCallback<Iterable<object>>, options: MapOptions = {}): RowFunction {
  return making(change, options, function* (results, firstRow) {
    for (let i = 0; i < results.length; i++) {
      try {
        yield* results[i]!
      } catch (cause) {
        throw inRow(cause, firstRow + i)
      }
    }
  })
}

/** A function whose result decides which bytes of a block go on. */
function passing<T>(
  callback: RowCallback<T>,
  options: RowFunctionOptions,
  take: (block: RowBlock, offsets: Uint32Array, results: readonly T[]) => Iterable<Uint8Array>,
): RowFunction {
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
