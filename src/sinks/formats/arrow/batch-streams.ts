import type { Buffer } from 'node:buffer'
import type { ColumnVectors, Misfit } from '../../../kernel/columns/vectors.js'
import type { ColumnFile } from '../columns/column-encoder.js'
import { type ArrowLayout, batchMessage, schemaMessage, shredBatch } from './batch-message.js'
import { END_OF_STREAM } from './messages.js'

/** Makes a stream of its own of each batch, in memory. */
export class BatchStreams implements ColumnFile {
  readonly vectors: ColumnVectors
  readonly #layout: ArrowLayout
  readonly #schema: Buffer
  #streams: Uint8Array[] = []
  #made = 0

  constructor(vectors: ColumnVectors, layout: ArrowLayout) {
    this.vectors = vectors
    this.#layout = layout
    this.#schema = schemaMessage(0, layout)
  }

  get room(): number {
    return this.#layout.batchRows
  }

  /** Nothing is written anywhere. */
  readonly bytes = 0

  /** The streams made since the last call. */
  take(): Uint8Array[] {
    const streams = this.#streams
    this.#streams = []
    return streams
  }

  async addBatch(): Promise<{ column: number; misfit: Misfit } | undefined> {
    if (this.vectors.rows === 0) return undefined
    const wrong = await shredBatch(this.vectors, this.#layout)
    if (wrong !== undefined) return wrong
    const { metadata, body } = await batchMessage(this.#schema.length, this.vectors, this.#layout)
    this.#add(metadata, ...body)
    this.vectors.finish()
    return undefined
  }

  /** A result without rows has one stream, of the schema. */
  async end(): Promise<void> {
    if (this.#made === 0) this.#add()
  }

  /** In memory of its own, which a program may transfer to another thread. */
  #add(...pieces: readonly Uint8Array[]): void {
    const all = [this.#schema, ...pieces, END_OF_STREAM]
    const stream = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0))
    let at = 0
    for (const piece of all) {
      stream.set(piece, at)
      at += piece.length
    }
    this.#streams.push(stream)
    this.#made++
  }
}
