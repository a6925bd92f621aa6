import { Writable } from 'node:stream'
import { RowBlocks } from '../kernel/blocks.js'
import type { Plan } from '../model/plan.js'
import type { RowBlock } from '../model/row-block.js'
import { type CellReadOptions, createRowReader, type Row, type RowBatch, type Value } from '../rows/reader.js'
import type { SinkContext } from './contract.js'

/** One batch of rows for a sink that takes JavaScript values. */
export interface InputBatch<T> {
  readonly rows: T[]
  /** The number of the first of them, counted from 0. */
  readonly firstRow: number
}

/**
 * Takes a block of rows as bytes, to be read by `plan`, where that is enough: `kinds` are those of the cells of each column, as
 * `CELL_KINDS`. Returns how many texts were replaced as they were not UTF-8; `undefined` where the rows are wanted as values.
 */
export type TakeBlock = (
  block: RowBlock,
  kinds: readonly number[],
  plan: Plan,
) => Promise<number | undefined> | undefined

/**
 * The input of a sink that takes rows as JavaScript values, of the shape that `options` say: it frames, validates and
 * reads, and keeps the plan's limit.
 */
export class RowInput<T extends Row | Value[]> extends Writable {
  /** Rows read so far. */
  rows = 0
  /** Texts in them that were not UTF-8, and were replaced. */
  replacedTexts = 0
  readonly #take: (batch: InputBatch<T>) => void | Promise<void>
  readonly #takeBlock: TakeBlock | undefined
  readonly #read: (block: RowBlock) => RowBatch<T>
  readonly #blocks: RowBlocks
  readonly #limit: number
  readonly #context: SinkContext

  constructor(
    context: SinkContext,
    options: CellReadOptions,
    take: (batch: InputBatch<T>) => void | Promise<void>,
    takeBlock?: TakeBlock,
  ) {
    super()
    this.#context = context
    this.#take = take
    this.#takeBlock = takeBlock
    this.#limit = context.plan.limit ?? Number.POSITIVE_INFINITY
    this.#blocks = new RowBlocks(context.plan, context.limits, takeBlock !== undefined)
    const read = createRowReader(this.#blocks.plan, options)
    this.#read = (block) => read(block) as RowBatch<unknown> as RowBatch<T>
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    this.#deliver(this.#blocks.push(chunk)).then(() => done(), done)
  }

  override _final(done: (error?: Error | null) => void): void {
    // After the limit the last chunk may end inside a row; a limit of 0 is only reached by the first row.
    if (this.rows > 0 && this.rows >= this.#limit) done()
    else this.#deliver(this.#blocks.end()).then(() => done(), done)
  }

  async #deliver(blocks: Iterable<RowBlock>): Promise<void> {
    for (const block of blocks) {
      const wanted = this.#limit - this.rows
      this.rows += block.rows
      const replaced = wanted >= block.rows ? await this.#takeWhole(block) : undefined
      if (replaced !== undefined) this.replacedTexts += replaced
      else if (wanted > 0) {
        const { rows, replacedTexts } = this.#read({ ...block, rows: Math.min(block.rows, wanted) })
        this.replacedTexts += replacedTexts
        await this.#take({ rows, firstRow: block.firstRow })
      }
      if (block.rows >= wanted) this.#context.limitReached()
    }
  }

  #takeWhole(block: RowBlock): Promise<number | undefined> | undefined {
    return this.#takeBlock?.(block, this.#blocks.kinds, this.#blocks.plan)
  }
}
