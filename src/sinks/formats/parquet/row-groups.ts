import { Buffer } from 'node:buffer'
import { SluiceError } from '../../../errors.js'
import type { ColumnNode } from '../../../kernel/columns/tree.js'
import type { ColumnVectors, Misfit } from '../../../kernel/columns/vectors.js'
import type { ByteWriter } from '../columns/byte-writer.js'
import type { Turn } from '../columns/turn.js'
import { type ChunkOptions, ColumnChunk } from './column-chunk.js'
import { Footer } from './footer.js'
import { MAGIC } from './format.js'
import type { RowGroupMemory } from './memory.js'
import type { OpenBytes } from './open-bytes.js'
import type { PageStore } from './page-store.js'
import { leafPaths } from './schema-elements.js'
import { ThriftWriter } from './thrift.js'

/**
 * Memory that a column takes in an open row group beside its pages and its dictionary: objects, and their
 * places in the footer.
 */
const COLUMN_BYTES = 2048

export interface FileLayout {
  /** Unique. */
  readonly names: readonly string[]
  readonly trees: readonly ColumnNode[]
  readonly marksJson: boolean
  /** Columns with Bloom filters. */
  readonly filtered: ReadonlySet<number>
  /** Which column has values that rise. */
  readonly sortedBy: number | undefined
  /** A row group closes when it reaches this number of rows, or of bytes in memory. */
  readonly maxRows: number
  readonly maxBytes: number
  readonly chunks: ChunkOptions
  readonly createdBy: string
  readonly metadata: Readonly<Record<string, string>>
  readonly turn: Turn
}

/** Writes a file: batches become pages, pages a row group, row groups and a footer the file. */
export class RowGroups {
  readonly #vectors: ColumnVectors
  readonly #layout: FileLayout
  readonly #output: ByteWriter
  readonly #openBytes: OpenBytes
  /** Bytes of the open row group in that sum. */
  #counted = 0
  readonly #store: PageStore
  readonly #paths: readonly string[][][]
  #chunks: ColumnChunk[][] | undefined
  #rows = 0
  readonly #footer: Footer

  constructor(
    { vectors, store }: RowGroupMemory,
    layout: FileLayout,
    output: ByteWriter,
    openBytes: OpenBytes,
  ) {
    this.#openBytes = openBytes
    this.#vectors = vectors
    this.#store = store
    this.#layout = layout
    this.#output = output
    this.#paths = layout.trees.map((tree, i) => leafPaths(layout.names[i]!, tree))
    const { page } = layout.chunks
    if (layout.sortedBy !== undefined) vectors.leaves[layout.sortedBy]![0]!.beginOrder()
    this.#footer = new Footer({ ...layout, page, leaves: this.#paths.flat().length })
  }

  /** Rows that the open row group can still take. */
  get room(): number {
    return this.#layout.maxRows - this.#rows
  }

  /** Bytes of the file if it ended now, without those of the batch. */
  get bytes(): number {
    const open = this.#chunks?.flat().reduce((sum, chunk) => sum + chunk.dictionaryBytes, this.#store.bytes)
    return this.#output.offset + (open ?? 0) + this.#footer.bytes
  }

  /**
   * Makes pages of the batch, and writes the row group if that fills it. Returns the first cell that does not fit its
   * column, if that is a failure.
   *
   * @param isLast whether no more rows follow
   */
  async addBatch(isLast: boolean): Promise<{ column: number; misfit: Misfit } | undefined> {
    const { rows } = this.#vectors
    if (rows > 0) {
      const wrong = await this.#addPages(rows, isLast)
      if (wrong !== undefined) return wrong
    }
    const isOpen = this.#chunks !== undefined
    if (isOpen && (isLast || this.room <= 0 || this.#isFull())) await this.#close()
    return undefined
  }

  async #addPages(rows: number, isLast: boolean): Promise<{ column: number; misfit: Misfit } | undefined> {
    const growth = isLast ? 1 : Math.max(1, this.room / rows)
    this.#chunks ??= this.#open()
    for (let column = 0; column < this.#chunks.length; column++) {
      const misfit = this.#vectors.shred(column)
      if (misfit !== undefined) return { column, misfit }
      if (column === this.#layout.sortedBy) this.#checkOrder(column)
      for (const chunk of this.#chunks[column]!) {
        chunk.addPage(rows, growth)
        await this.#layout.turn.pause()
      }
    }
    this.#vectors.finish()
    this.#rows += rows
    return undefined
  }

  #checkOrder(column: number): void {
    const row = this.#vectors.leaves[column]![0]!.firstUnsorted()
    if (row < 0) return
    const where = `row ${this.#footer.rows + this.#rows + row + 1}, column ${JSON.stringify(this.#layout.names[column])}`
    throw new SluiceError(
      'E_EXPECTATION',
      `${where}: the value is less than the one before, or follows a NULL, but the rows were to be sorted by it`,
    )
  }

  #open(): ColumnChunk[][] {
    return this.#vectors.leaves.map((leaves, column) =>
      leaves.map(
        (leaf, i) =>
          new ColumnChunk(leaf, this.#paths[column]![i]!, this.#store, {
            ...this.#layout.chunks,
            hasFilter: this.#layout.filtered.has(column),
          }),
      ),
    )
  }

  #bytes(): number {
    let bytes = this.#store.bytes
    for (const chunk of this.#chunks!.flat()) bytes += COLUMN_BYTES + chunk.dictionaryBytes
    return bytes
  }

  #isFull(): boolean {
    const bytes = this.#bytes()
    this.#count(bytes)
    return bytes >= this.#layout.maxBytes || this.#openBytes.wants(bytes)
  }

  #count(bytes: number): void {
    this.#openBytes.change(this.#counted, bytes)
    this.#counted = bytes
  }

  async #begin(): Promise<void> {
    if (this.#output.offset === 0) await this.#output.write(Buffer.from(MAGIC))
  }

  async #close(): Promise<void> {
    await this.#begin()
    const start = this.#output.offset
    const chunks = this.#chunks!.flat()
    for (const chunk of chunks) await chunk.write(this.#output, this.#layout.turn)
    for (const chunk of chunks) await chunk.writeFilter(this.#output)
    const thrift = new ThriftWriter()
    const written = chunks.map((chunk) => chunk.written(thrift))
    this.#footer.add({
      chunks: written,
      uncompressed: chunks.reduce((sum, chunk) => sum + chunk.uncompressedBytes, 0),
      compressed: chunks.reduce((sum, chunk) => sum + chunk.compressedBytes, 0),
      rows: this.#rows,
      start,
    })
    this.#rows = 0
    this.#chunks = undefined
    this.#store.clear()
    this.#count(0)
  }

  /** Writes what comes behind the row groups, once all batches were added. */
  async end(): Promise<void> {
    await this.#begin()
    await this.#footer.write(this.#output)
  }
}
