import { Writable } from 'node:stream'
import { createFramer } from '../kernel/index.js'
import { createRowReader, type Row, type RowReadOptions } from '../kernel/row-reader.js'
import type { RowBlock } from '../model/row-block.js'
import type { OpenSink, Sink, SinkContext } from './contract.js'

/** Takes one batch of rows; a promise it returns holds the next batch back. */
export type BatchListener = (rows: Row[]) => void | Promise<void>

/**
 * A sink that hands typed rows to a function, a batch at a time. Rows seen before a failure are provisional: the run
 * is complete only when `pipeline` resolves.
 */
export function rowsTo(listener: BatchListener, options: Omit<RowReadOptions, 'shape'> = {}): Sink {
  return { format: 'rows', open: async (context) => new OpenRowsSink(listener, options, context) }
}

class OpenRowsSink implements OpenSink {
  readonly input: Writable
  rows = 0
  readonly #limit: number

  constructor(listener: BatchListener, options: Omit<RowReadOptions, 'shape'>, context: SinkContext) {
    const { plan, limits } = context
    this.#limit = plan.limit ?? Number.POSITIVE_INFINITY
    const framer = createFramer({ width: plan.schema.columns.length, limits })
    const read = createRowReader(plan, options)
    const deliver = async (blocks: Iterable<RowBlock>) => {
      for (const block of blocks) {
        const wanted = this.#limit - this.rows
        this.rows += block.rows
        if (wanted > 0) await listener(read(block).rows.slice(0, wanted))
        if (block.rows >= wanted) context.limitReached()
      }
    }
    this.input = new Writable({
      write: (chunk: Uint8Array, _encoding, callback) => {
        deliver(framer.push(chunk)).then(() => callback(), callback)
      },
      final: (callback) => {
        if (this.rows >= this.#limit) return callback()
        deliver(framer.end()).then(() => callback(), callback)
      },
    })
  }

  async commit() {
    return { path: undefined, bytesOut: 0, replacedTexts: 0 }
  }

  async discard(): Promise<void> {
    this.input.destroy()
  }
}
