import { ColumnVectors } from '../../../kernel/columns/vectors.js'
import { createFramer } from '../../../kernel/framer.js'
import type { ParquetOptions } from '../../../model/formats.js'
import type { RowBlock } from '../../../model/row-block.js'
import { VERSION } from '../../../version.js'
import type { SinkContext } from '../../contract.js'
import type { ByteWriter } from './byte-writer.js'
import { compressWith } from './codecs.js'
import { type FileColumn, fileColumns, untypedColumns } from './file-plan.js'
import { CODEC } from './format.js'
import { TypeInference } from './infer-types.js'
import { type RowGroupMemory, returnMemory, takeMemory } from './memory.js'
import { openBytesOf } from './open-bytes.js'
import { PageHeaders } from './page-headers.js'
import { PageStore } from './page-store.js'
import { RowGroups } from './row-groups.js'
import { Turn } from './turn.js'
import { typeError } from './type-error.js'

const MIB = 1024 * 1024

/** Rows from which types are inferred: kept up to so many, and so many bytes. */
const INFERENCE_ROWS = 1_000_000
const INFERENCE_BYTES = 32 * MIB

/** All dictionaries of a row group together, and the largest one, in bytes. */
const DICTIONARY_BYTES = 32 * MIB
const LARGEST_DICTIONARY = MIB

/** Texts take three bytes more on a page than as msgpack, and those of random letters are not compressed. */
const UNPAGED_GROWTH = 1.25

/** msgpack rows in any chunking to the bytes of a Parquet file. Every method throws `SluiceError`. */
export class ParquetEncoder {
  readonly #context: SinkContext
  readonly #options: Required<ParquetOptions>
  readonly #output: ByteWriter
  readonly #framer: ReturnType<typeof createFramer>
  #inference: { types: TypeInference; blocks: RowBlock[]; bytes: number; rows: number } | undefined
  #file: { memory: RowGroupMemory; groups: RowGroups; columns: readonly FileColumn[] } | undefined
  readonly #turn = new Turn()
  #replacedTexts = 0
  /** Bytes of rows since the last pages. */
  #unpaged = 0
  /** Those of them in the batch; the others wait in the framer or in a block. */
  #batchBytes = 0
  #taken = 0
  /** The row of the result with which the batch begins. */
  #batchStart = 0
  nulledCells = 0

  constructor(context: SinkContext, options: Required<ParquetOptions>, output: ByteWriter) {
    const { plan, limits } = context
    this.#context = context
    this.#options = options
    this.#output = output
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
    return Math.ceil(this.#unpaged * UNPAGED_GROWTH) + (this.#file?.groups.bytes ?? 0)
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

  /** Takes what is left, and writes the last row group. */
  async end(): Promise<void> {
    if (!this.done) for (const block of this.#framer.end()) await this.#take(block)
    if (this.#inference !== undefined) await this.#inferred()
    await this.#flush(true)
    this.#framer.release()
  }

  /** Writes the footer: only now are the bytes a Parquet file. */
  async finish(): Promise<void> {
    const { groups, memory } = this.#open()
    await groups.end()
    if (this.#isShared) returnMemory(this.#context.plan, this.#kind, memory)
  }

  /** Columns whose types come from the rows are those of one file. */
  get #isShared(): boolean {
    return untypedColumns(this.#context.plan).length === 0
  }

  get #kind(): string {
    return `${this.#options.onTypeError} ${this.#options.invalidUtf8} ${this.#context.openSinks}`
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
    const {
      memory: { vectors },
      groups,
    } = this.#open()
    let { bytes, rows } = block
    while (rows > 0) {
      const before = vectors.rows
      const taken = vectors.add(bytes, Math.min(rows, groups.room - before))
      const added = vectors.rows - before
      bytes = bytes.subarray(taken)
      this.#batchBytes += taken
      rows -= added
      if (added === 0 || vectors.rows >= groups.room) await this.#flush(false)
    }
    this.#framer.recycle(block.bytes)
  }

  async #flush(isLast: boolean): Promise<void> {
    const {
      memory: { vectors },
      groups,
      columns,
    } = this.#open()
    const { rows } = vectors
    this.#unpaged -= this.#batchBytes
    this.#batchBytes = 0
    const replacedBefore = vectors.replacedTexts
    const wrong = await groups.addBatch(isLast)
    if (wrong !== undefined) {
      const { name, typeText } = columns[wrong.column]!
      throw typeError(name, typeText, this.#batchStart + wrong.misfit.row, wrong.misfit)
    }
    this.nulledCells += vectors.takeNulled()
    this.#replacedTexts += vectors.replacedTexts - replacedBefore
    this.#batchStart += rows
  }

  #open(types?: TypeInference) {
    if (this.#file !== undefined) return this.#file
    const { plan, jobId, querySha256 } = this.#context
    const columns = fileColumns(plan, types)
    const memory = (this.#isShared ? takeMemory(plan, this.#kind) : undefined) ?? {
      vectors: new ColumnVectors({
        width: plan.schema.columns.length,
        columns,
        onMisfit: this.#options.onTypeError,
        invalidUtf8: this.#options.invalidUtf8,
        dictionaryBytes: DICTIONARY_BYTES,
        openFiles: this.#context.openSinks,
      }),
      store: new PageStore(),
    }
    const { vectors } = memory
    const { codec, page } = this.#options
    const leaves = vectors.leaves.reduce((sum, { length }) => sum + length, 0)
    const groups = new RowGroups(
      memory,
      {
        names: columns.map((column) => column.name),
        trees: columns.map((column) => column.tree),
        maxRows: this.#options.rowGroupSize,
        maxBytes: this.#options.rowGroupBytes,
        turn: this.#turn,
        chunks: {
          headers: new PageHeaders(),
          page,
          codec: CODEC[codec],
          compress: compressWith(codec, vectors),
          dictionaryLimit: Math.min(LARGEST_DICTIONARY, DICTIONARY_BYTES / Math.max(1, leaves)),
        },
        createdBy: `td-sluice version ${VERSION}`,
        metadata: {
          ...(jobId === undefined ? {} : { 'td_sluice.job_id': jobId }),
          ...(querySha256 === undefined ? {} : { 'td_sluice.query_sha256': querySha256 }),
          'td_sluice.schema': JSON.stringify(columns.map(({ name, typeText }) => [name, typeText])),
          'td_sluice.writer': `td-sluice ${VERSION}`,
          ...this.#options.metadata,
        },
      },
      this.#output,
      openBytesOf(plan),
    )
    this.#file = { memory, groups, columns }
    return this.#file
  }
}

const SHOWN_COLUMNS = 20

function summary(columns: readonly FileColumn[]): string {
  const shown = columns.slice(0, SHOWN_COLUMNS).map(({ name, typeText }) => `${name} ${typeText}`)
  return shown.join(', ') + (columns.length > SHOWN_COLUMNS ? ', …' : '')
}
