import { messageOf, SluiceError } from '../errors.js'
import type { Row, RowReadOptions } from '../rows/reader.js'
import { assertFinished } from './assert-finished.js'
import type { OpenSink, Sink } from './contract.js'
import { RowInput } from './row-input.js'

/** Takes one batch of rows; a promise it returns holds the next batch back. */
export type BatchListener = (rows: Row[]) => void | Promise<void>

/**
 * A sink that hands typed rows to a function, a batch of some thousand at a time. Rows seen before a failure are
 * provisional: the run is complete only when `pipeline` resolves. What the function throws becomes the cause of an
 * `E_CALLBACK`.
 */
export function rowsTo(listener: BatchListener, options: Omit<RowReadOptions, 'shape'> = {}): Sink {
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
            throw inBatch(cause, firstRow, rows.length)
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

function inBatch(cause: unknown, firstRow: number, count: number): SluiceError {
  if (cause instanceof SluiceError) return cause
  const batch = `rows ${firstRow + 1} to ${firstRow + count}`
  return new SluiceError('E_CALLBACK', `the function for ${batch} failed: ${messageOf(cause)}`, { cause })
}
