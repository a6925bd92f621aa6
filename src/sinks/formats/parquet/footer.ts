import { Buffer } from 'node:buffer'
import { type ColumnNode, leavesOf } from '../../../kernel/columns/tree.js'
import type { ByteWriter } from '../columns/byte-writer.js'
import { MAGIC } from './format.js'
import { writeSchema } from './schema-elements.js'
import { ThriftWriter } from './thrift.js'

/** Estimated bytes of a column in the footer for each row group, and of the rest of the footer. */
const FOOTER_BYTES = 160
const METADATA_BYTES = 1024

/** All indexes of pages of a file. They are written at its end, so they wait in memory; a file with more has none. */
const INDEX_BYTES = 32 * 1024 * 1024

/** A column chunk that was written. */
export interface WrittenChunk {
  /** The struct `ColumnMetaData`. */
  readonly metadata: Buffer
  readonly offsetIndex: Buffer
  /** Not there where nothing can be said of a page. */
  readonly columnIndex: Buffer | undefined
}

export interface WrittenGroup {
  readonly chunks: readonly WrittenChunk[]
  readonly uncompressed: number
  readonly compressed: number
  readonly rows: number
  readonly start: number
}

export interface FooterLayout {
  /** Unique. */
  readonly names: readonly string[]
  readonly trees: readonly ColumnNode[]
  /** The place of the column whose values rise. */
  readonly sortedBy: number | undefined
  /** Whether texts of JSON are marked as such. */
  readonly marksJson: boolean
  readonly page: 'v1' | 'v2'
  readonly createdBy: string
  readonly metadata: Readonly<Record<string, string>>
  readonly leaves: number
}

/** Structs one after another. A buffer for each would take more than the structs. */
class Structs {
  readonly #bytes: Buffer
  readonly #ends: Uint32Array

  constructor(structs: readonly (Uint8Array | undefined)[]) {
    this.#bytes = Buffer.concat(structs.map((struct) => struct ?? new Uint8Array()))
    let end = 0
    this.#ends = Uint32Array.from(structs, (struct) => {
      end += struct?.length ?? 0
      return end
    })
  }

  get bytes(): Buffer {
    return this.#bytes
  }

  lengthOf(index: number): number {
    return this.#ends[index]! - (this.#ends[index - 1] ?? 0)
  }

  at(index: number): Buffer {
    return this.#bytes.subarray(this.#ends[index - 1] ?? 0, this.#ends[index])
  }
}

/** A row group that was written, for the footer. */
interface Group extends Omit<WrittenGroup, 'chunks'> {
  readonly metadata: Structs
}

interface Indexes {
  readonly columns: Structs
  readonly offsets: Structs
}

/** The end of the file: the page indexes of the row groups, and the footer. */
export class Footer {
  readonly #layout: FooterLayout
  readonly #groups: Group[] = []
  /** Of each row group, or of none. */
  #indexes: Indexes[] | undefined = []
  #indexBytes = 0
  #rows = 0

  constructor(layout: FooterLayout) {
    this.#layout = layout
  }

  /** Of all row groups so far. */
  get rows(): number {
    return this.#rows
  }

  /** Its bytes if the file had one more row group, about. */
  get bytes(): number {
    const indexes = this.#indexes === undefined ? 0 : this.#indexBytes
    return FOOTER_BYTES * (this.#groups.length + 1) * this.#layout.leaves + METADATA_BYTES + indexes
  }

  add({ chunks, ...group }: WrittenGroup): void {
    this.#groups.push({ ...group, metadata: new Structs(chunks.map(({ metadata }) => metadata)) })
    this.#rows += group.rows
    if (this.#indexes === undefined) return
    const columns = new Structs(chunks.map(({ columnIndex }) => columnIndex))
    const offsets = new Structs(chunks.map(({ offsetIndex }) => offsetIndex))
    this.#indexBytes += columns.bytes.length + offsets.bytes.length
    // Readers take a file with indexes for some row groups to be damaged.
    if (this.#indexBytes > INDEX_BYTES) this.#indexes = undefined
    else this.#indexes.push({ columns, offsets })
  }

  /**
   * Writes the indexes, the struct `FileMetaData`, its length and the last four bytes, once all row groups were added:
   * https://github.com/apache/parquet-format#file-format
   */
  async write(output: ByteWriter): Promise<void> {
    const { names, trees, marksJson, page, metadata, createdBy, leaves } = this.#layout
    const columnsAt = output.offset
    for (const { columns } of this.#indexes ?? []) await output.write(columns.bytes)
    const offsetsAt = output.offset
    for (const { offsets } of this.#indexes ?? []) await output.write(offsets.bytes)
    const thrift = new ThriftWriter()
    thrift.body(() => {
      // `version`: 2 tells of data pages V2. Some readers refuse it, though they know all that a file of V1 has.
      thrift.i32(1, page === 'v2' ? 2 : 1)
      writeSchema(thrift, names, trees, marksJson)
      thrift.i64(3, this.#rows)
      this.#writeGroups(thrift, columnsAt, offsetsAt)
      thrift.structs(5, Object.entries(metadata), ([key, value]) => thrift.binary(1, key).binary(2, value))
      thrift.binary(6, createdBy)
      // `column_orders`: statistics follow the order of the type. Without it readers ignore minimum and maximum of texts.
      thrift.structs(7, Array.from({ length: leaves }), () => thrift.struct(1, () => {}))
    })
    const footer = thrift.take()
    const tail = Buffer.alloc(8)
    tail.writeUInt32LE(footer.length)
    tail.write(MAGIC, 4, 'latin1')
    await output.write(footer)
    await output.write(tail)
    await output.flush()
  }

  #writeGroups(thrift: ThriftWriter, columnsAt: number, offsetsAt: number): void {
    const columns = Array.from({ length: this.#layout.leaves }, (_, i) => i)
    let columnAt = columnsAt
    let offsetAt = offsetsAt
    const { sortedBy, trees } = this.#layout
    const sorted = sortedBy && trees.slice(0, sortedBy).flatMap(leavesOf).length
    let ordinal = 0
    thrift.structs(4, this.#groups, ({ metadata, uncompressed, compressed, rows, start }) => {
      const indexes = this.#indexes?.[ordinal]
      thrift.structs(1, columns, (column) => {
        // Field 2 is where metadata outside of the footer lies: nowhere.
        thrift.i64(2, 0).writtenStruct(3, metadata.at(column))
        if (indexes === undefined) return
        const offsetBytes = indexes.offsets.lengthOf(column)
        thrift.i64(4, offsetAt).i32(5, offsetBytes)
        offsetAt += offsetBytes
        const columnBytes = indexes.columns.lengthOf(column)
        if (columnBytes > 0) thrift.i64(6, columnAt).i32(7, columnBytes)
        columnAt += columnBytes
      })
      thrift.i64(2, uncompressed).i64(3, rows)
      if (sorted !== undefined)
        thrift.structs(4, [sorted], (leaf) => thrift.i32(1, leaf).bool(2, false).bool(3, false))
      thrift.i64(5, start).i64(6, compressed)
      if (ordinal <= 0x7fff) thrift.i16(7, ordinal)
      ordinal++
    })
  }
}
