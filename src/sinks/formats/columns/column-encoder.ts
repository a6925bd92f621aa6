import { PLAIN_TYPES, type Representation } from '../../../kernel/columns/tree.js'
import type { ColumnVectors, Misfit } from '../../../kernel/columns/vectors.js'
import { createFramer } from '../../../kernel/framer.js'
import type { RowBlock } from '../../../model/row-block.js'
import type { SinkContext } from '../../contract.js'
import { type FileColumn, fileColumns, untypedColumns } from './file-plan.js'
import { TypeInference } from './infer-types.js'
import { Turn } from './turn.js'
import { typeError } from './type-error.js'

const MIB = 1024 * 1024

/** Limits of the rows kept to infer types from: a number of rows and of bytes. */
const INFERENCE_ROWS = 1_000_000
const INFERENCE_BYTES = 32 * MIB

/** Input of a file of columns. */
export interface ColumnFileParts {
  readonly context: SinkContext
  readonly columns: readonly FileColumn[]
  /** Files of the same plan have the same columns; with types that come from the rows each has its own. */
  readonly isShared: boolean
  readonly turn: Turn
}

/** A file that is made of batches of columns. */
export interface ColumnFile {
  /** The batch at hand. */
  readonly vectors: ColumnVectors
  /** Rows that may still come before the batch is to be added. */
  readonly room: number
  /** Bytes of the file if it ended now, without those of the batch. */
  readonly bytes: number
  /** Returns the first cell that does not fit its column, if that is a failure. `isLast`: no more rows follow. */
  addBatch(isLast: boolean): Promise<{ column: number; misfit: Misfit } | undefined>
  /** Writes what comes last, once all batches were added. The vectors may then be another file's. */
  end(): Promise<void>
}

/** Texts take three bytes more on a page than as msgpack, and those of random letters are not compressed. */
const UNPAGED_GROWTH = 1.25

/** msgpack rows in any chunking to the bytes of a file of columns. Every method throws `SluiceError`. */
export class ColumnEncoder {
  readonly #context: SinkContext
  readonly #begin: (parts: ColumnFileParts) => ColumnFile
  readonly #representation: Representation
  readonly #framer: ReturnType<typeof createFramer>
  #inference: { types: TypeInference; blocks: RowBlock[]; bytes: number; rows: number } | undefined
  #opened: { file: ColumnFile; columns: readonly FileColumn[] } | undefined
  readonly #turn = new Turn()
  #replacedTexts = 0
  /** Bytes of rows since the last pages. */
  #unpaged = 0
  /** Those of them in the batch; the others wait in the framer or in a block. */
  #batchBytes = 0
  #taken = 0
  /** The row of the result with which the batch begins. */
  #batchStart = 0
  #nulledCells = 0

  /** @param begin begins the file when its columns are known */
  constructor(
    context: SinkContext,
    begin: (parts: ColumnFileParts) => ColumnFile,
    representation: Representation = PLAIN_TYPES,
  ) {
    const { plan, limits } = context
    this.#context = context
    this.#begin = begin
    this.#representation = representation
    this.#framer = createFramer({ width: plan.schema.columns.length, limits })
    const untyped = untypedColumns(plan)
    if (untyped.length > 0) {
      const types = new TypeInference(untyped.map((column) => column.source))
      this.#inference = { types, blocks: [], bytes: 0, rows: 0 }
    }
  }

  /** Rows read so far. */
  get rows(): number {
    return this.#framer.rows
  }

  get replacedTexts(): number {
    return this.#replacedTexts
  }

  /** Bytes of the file if it ended now, about: of rows that are on no page yet what they can become. */
  get bytes(): number {
    return Math.ceil(this.#unpaged * UNPAGED_GROWTH) + (this.#opened?.file.bytes ?? 0)
  }

  /** The plan's limit is reached: further input is ignored. */
  get done(): boolean {
    return this.#taken >= (this.#context.plan.limit ?? Number.POSITIVE_INFINITY)
  }

  async push(chunk: Uint8Array): Promise<void> {
    if (this.done) return
    this.#unpaged += chunk.length
    for (const block of this.#framer.push(chunk)) {
      await this.#take(block)
      await this.#turn.pause()
    }
  }

  /** Takes what is left, and adds the last batch. */
  async end(): Promise<void> {
    if (!this.done) for (const block of this.#framer.end()) await this.#take(block)
    if (this.#inference !== undefined) await this.#inferred()
    await this.#flush(true)
    this.#framer.release()
  }

  /** Writes what comes last: only now are the bytes a whole file. */
  async finish(): Promise<void> {
    await this.#open().file.end()
    // A folder holds its sinks until all of its files are complete.
    this.#opened = undefined
    if (this.#nulledCells === 0) return
    this.#context.notice({
      code: 'N_CELLS_NULLED',
      message: `${this.#nulledCells} values did not fit the type of their column and are NULL`,
    })
  }

  /** Rows beyond the limit stay behind. */
  async #take(whole: RowBlock): Promise<void> {
    const wanted = (this.#context.plan.limit ?? Number.POSITIVE_INFINITY) - this.#taken
    if (wanted <= 0) return
    const block = { ...whole, rows: Math.min(whole.rows, wanted) }
    this.#taken += block.rows
    if (this.#inference === undefined) return this.#encode(block)
    this.#inference.types.look(block)
    this.#inference.blocks.push(block)
    this.#inference.bytes += block.bytes.length
    this.#inference.rows += block.rows
    const { bytes, rows } = this.#inference
    if (bytes >= INFERENCE_BYTES || rows >= INFERENCE_ROWS) await this.#inferred()
  }

  async #inferred(): Promise<void> {
    const { types, blocks, rows } = this.#inference!
    const { columns } = this.#open(types)
    this.#inference = undefined
    const untyped = new Set(untypedColumns(this.#context.plan).map((column) => column.source))
    const found = columns.filter((column) => untyped.has(column.source))
    this.#context.notice({
      code: 'N_TYPES_INFERRED',
      message: `types inferred from the first ${rows} rows: ${summary(found)}`,
    })
    for (const block of blocks) {
      await this.#encode(block)
      await this.#turn.pause()
    }
  }

  async #encode(block: RowBlock): Promise<void> {
    const { file } = this.#open()
    const { vectors } = file
    let { bytes, rows } = block
    while (rows > 0) {
      const before = vectors.rows
      const taken = vectors.add(bytes, Math.min(rows, file.room - before))
      const added = vectors.rows - before
      bytes = bytes.subarray(taken)
      this.#batchBytes += taken
      rows -= added
      if (added === 0 || vectors.rows >= file.room) await this.#flush(false)
    }
    this.#framer.recycle(block.bytes)
  }

  async #flush(isLast: boolean): Promise<void> {
    const { file, columns } = this.#open()
    const { vectors } = file
    const { rows } = vectors
    this.#unpaged -= this.#batchBytes
    this.#batchBytes = 0
    const replacedBefore = vectors.replacedTexts
    const wrong = await file.addBatch(isLast)
    if (wrong !== undefined) {
      const { name, typeText } = columns[wrong.column]!
      throw typeError(name, typeText, this.#batchStart + wrong.misfit.row, wrong.misfit)
    }
    this.#nulledCells += vectors.takeNulled()
    this.#replacedTexts += vectors.replacedTexts - replacedBefore
    this.#batchStart += rows
  }

  #open(types?: TypeInference) {
    if (this.#opened !== undefined) return this.#opened
    const columns = fileColumns(this.#context.plan, types, this.#representation)
    const file = this.#begin({
      context: this.#context,
      columns,
      isShared: untypedColumns(this.#context.plan).length === 0,
      turn: this.#turn,
    })
    this.#opened = { file, columns }
    return this.#opened
  }
}

const SHOWN_COLUMNS = 20

function summary(columns: readonly FileColumn[]): string {
  const shown = columns.slice(0, SHOWN_COLUMNS).map(({ name, typeText }) => `${name} ${typeText}`)
  return shown.join(', ') + (columns.length > SHOWN_COLUMNS ? ', …' : '')
}
