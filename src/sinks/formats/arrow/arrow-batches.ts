import type { ColumnVectors, Misfit } from '../../../kernel/columns/vectors.js'
import type { ByteWriter } from '../columns/byte-writer.js'
import type { ColumnFile } from '../columns/column-encoder.js'
import { type ArrowLayout, batchMessage, schemaMessage, shredBatch } from './batch-message.js'
import { ARROW_MAGIC, type BatchBlock, END_OF_STREAM, fileEnd } from './messages.js'
import { writeSchemaTable } from './schema.js'

/** Writes a stream or file of Arrow: the schema, then a message for each batch. */
export class ArrowBatches implements ColumnFile {
  readonly vectors: ColumnVectors
  readonly #layout: ArrowLayout
  readonly #output: ByteWriter
  readonly #isFile: boolean
  readonly #blocks: BatchBlock[] = []
  #isBegun = false

  /** @param isFile whether a footer leads to the batches, so that readers may go to any */
  constructor(vectors: ColumnVectors, layout: ArrowLayout, output: ByteWriter, isFile: boolean) {
    this.vectors = vectors
    this.#layout = layout
    this.#output = output
    this.#isFile = isFile
  }

  get room(): number {
    return this.#layout.batchRows
  }

  get bytes(): number {
    return this.#output.offset
  }

  async addBatch(): Promise<{ column: number; misfit: Misfit } | undefined> {
    if (this.vectors.rows === 0) return undefined
    await this.#begin()
    const wrong = await shredBatch(this.vectors, this.#layout)
    if (wrong !== undefined) return wrong
    const { offset } = this.#output
    const { metadata, body, bodyBytes } = await batchMessage(offset, this.vectors, this.#layout)
    this.#blocks.push({ offset, metadataBytes: metadata.length, bodyBytes })
    await this.#output.write(metadata)
    for (const piece of body) await this.#output.write(piece)
    // A reader of the stream gets each batch as soon as it is made.
    if (!this.#isFile) await this.#output.flush()
    this.vectors.finish()
    return undefined
  }

  async end(): Promise<void> {
    await this.#begin()
    await this.#output.write(END_OF_STREAM)
    const { columns, metadata } = this.#layout
    if (this.#isFile)
      await this.#output.write(fileEnd(this.#blocks, (flat) => writeSchemaTable(flat, columns, metadata)))
    await this.#output.flush()
  }

  async #begin(): Promise<void> {
    if (this.#isBegun) return
    this.#isBegun = true
    if (this.#isFile) await this.#output.write(ARROW_MAGIC)
    await this.#output.write(schemaMessage(this.#output.offset, this.#layout))
  }
}
