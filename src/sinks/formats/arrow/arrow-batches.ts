import type { ColumnVectors, Misfit } from '../../../kernel/columns/vectors.js'
import type { ByteWriter } from '../columns/byte-writer.js'
import type { ColumnFile } from '../columns/column-encoder.js'
import type { FileColumn } from '../columns/file-plan.js'
import type { Turn } from '../columns/turn.js'
import { type BodyCodec, compressBody } from './body-codec.js'
import {
  ARROW_MAGIC,
  type BatchBlock,
  END_OF_STREAM,
  fileEnd,
  HEADER,
  message,
  writeRecordBatch,
} from './messages.js'
import { writeSchemaTable } from './schema.js'

export interface ArrowLayout {
  /** Whether a footer leads to the batches, so that readers may go to any: the file rather than the stream. */
  readonly isFile: boolean
  readonly batchRows: number
  readonly codec: BodyCodec | undefined
  readonly columns: readonly FileColumn[]
  readonly metadata: Readonly<Record<string, string>>
  readonly turn: Turn
}

/** Writes a stream or file of Arrow: the schema, then a message for each batch. */
export class ArrowBatches implements ColumnFile {
  readonly vectors: ColumnVectors
  readonly #layout: ArrowLayout
  readonly #output: ByteWriter
  readonly #blocks: BatchBlock[] = []
  #isBegun = false

  constructor(vectors: ColumnVectors, layout: ArrowLayout, output: ByteWriter) {
    this.vectors = vectors
    this.#layout = layout
    this.#output = output
  }

  get room(): number {
    return this.#layout.batchRows
  }

  get bytes(): number {
    return this.#output.offset
  }

  async addBatch(): Promise<{ column: number; misfit: Misfit } | undefined> {
    const { vectors } = this
    const { rows } = vectors
    if (rows === 0) return undefined
    await this.#begin()
    vectors.clearArrow()
    for (let column = 0; column < this.#layout.columns.length; column++) {
      const misfit = vectors.shred(column)
      if (misfit !== undefined) return { column, misfit }
      vectors.addArrow(column)
      await this.#layout.turn.pause()
    }
    await this.#write(rows)
    vectors.finish()
    return undefined
  }

  async #write(rows: number): Promise<void> {
    const { codec, turn } = this.#layout
    const offset = this.#output.offset
    const packed = codec && (await compressBody(this.vectors, codec, turn))
    const { body, nodes, buffers } = this.vectors.arrow
    const pieces = packed?.pieces ?? [body]
    const bodyBytes = pieces.reduce((sum, { length }) => sum + length, 0)
    const places = packed?.buffers ?? buffers
    const metadata = message(offset, HEADER.recordBatch, bodyBytes, (flat) =>
      writeRecordBatch(flat, rows, { nodes, buffers: places }, codec?.number),
    )
    this.#blocks.push({ offset, metadataBytes: metadata.length, bodyBytes })
    await this.#output.write(metadata)
    for (const piece of pieces) await this.#output.write(piece)
    // Who reads a stream gets each batch when it is made.
    if (!this.#layout.isFile) await this.#output.flush()
  }

  async end(): Promise<void> {
    await this.#begin()
    await this.#output.write(END_OF_STREAM)
    const { isFile, columns, metadata } = this.#layout
    if (isFile)
      await this.#output.write(fileEnd(this.#blocks, (flat) => writeSchemaTable(flat, columns, metadata)))
    await this.#output.flush()
  }

  async #begin(): Promise<void> {
    if (this.#isBegun) return
    this.#isBegun = true
    const { isFile, columns, metadata } = this.#layout
    if (isFile) await this.#output.write(ARROW_MAGIC)
    await this.#output.write(
      message(this.#output.offset, HEADER.schema, 0, (flat) => writeSchemaTable(flat, columns, metadata)),
    )
  }
}
