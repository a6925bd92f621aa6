import { callbackError } from '../errors.js'
import { type Row, type RowReadOptions, VALUE_OPTIONS } from '../rows/reader.js'
import { checkArgument, checkOptions } from '../usage.js'
import { assertFinished } from './assert-finished.js'
import type { OpenSink, Sink } from './contract.js'
import { RowInput } from './row-input.js'

/** Takes one batch of rows; a promise it returns holds the next batch back. */
export type BatchListener = (rows: Row[]) => void | Promise<void>

/**
 * A sink that hands typed rows to a function, a batch of some thousand at a time. Rows seen before a failure are
 * provisional: the run is complete only when `pipeline` resolves. What the function throws becomes the cause of an
 * `E_CALLBACK`.
 *
 * @example
 * await pipeline(
 *   source,
 *   rowsTo((rows) => console.log(rows.length)),
 * )
 * @throws SluiceError `E_USAGE` for what is no function, and for an option that is unknown or has another shape.
 */
export function rowsTo(listener: BatchListener, options: Omit<RowReadOptions, 'shape'> = {}): Sink {
  checkArgument(listener, 'the argument of rowsTo', 'function')
  checkOptions(options, 'rowsTo', VALUE_OPTIONS)
  return {
    format: 'rows',
    open: async (context) => {
      const input = new RowInput<Row>(
        context,
        { ...options, shape: 'object' },
        async ({ rows, firstRow }) => {
          try {
            await listener(rows)
          } catch (cause) {
            throw callbackError(cause, `the function for rows ${firstRow + 1} to ${firstRow + rows.length}`)
          }
        },
      )
      return openRowsTo(input)
    },
  }
}

function openRowsTo(input: RowInput<Row>): OpenSink {
  return {
    input,
    copiesInput: true,
    get rows() {
      return input.rows
    },
    commit: async () => {
      assertFinished(input, 'the sink of rows')
      return { path: undefined, bytesOut: 0, replacedTexts: input.replacedTexts }
    },
    discard: async () => {
      input.destroy()
    },
  }
}
