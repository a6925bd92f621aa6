import { Writable } from 'node:stream'
import { messageOf, SluiceError } from '../errors.js'
import { RowBlocks } from '../kernel/row-blocks.js'
import { createRowReader, type Row, type RowReadOptions } from '../kernel/row-reader.js'
import type { RowBlock } from '../model/row-block.js'
import type { OpenSink, Sink, SinkContext } from './contract.js'

/** Takes one batch of rows; a promise it returns holds the next batch back. */
export type BatchListener = (rows: Row[]) => void | Promise<void>

/**
 * A sink that hands typed rows to a function, a batch of some thousand at a time. Rows seen before a failure are
 * provisional: the run is complete only when `pipeline` resolves. What the function throws becomes the cause of an
 * `E_CALLBACK`.
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
    const blocks = new RowBlocks(plan, limits)
    const read = createRowReader(blocks.plan, options)
    const deliver = async (cut: Iterable<RowBlock>) => {
      for (const block of cut) {
        const wanted = this.#limit - this.rows
        this.rows += block.rows
        if (wanted > 0) await call(listener, read(block).rows.slice(0, wanted), block.firstRow)
        if (block.rows >= wanted) context.limitReached()
      }
    }
    this.input = new Writable({
      write: (chunk: Uint8Array, _encoding, callback) => {
        deliver(blocks.push(chunk)).then(() => callback(), callback)
      },
      final: (callback) => {
        if (this.rows >= this.#limit) return callback()
        deliver(blocks.end()).then(() => callback(), callback)
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

async function call(listener: BatchListener, rows: Row[], firstRow: number): Promise<void> {
  try {
    await listener(rows)
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause
    const batch = `rows ${firstRow + 1} to ${firstRow + rows.length}`
    throw new SluiceError('E_CALLBACK', `the function for ${batch} failed: ${messageOf(cause)}`, { cause })
  }
}
