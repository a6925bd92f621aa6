import type { Buffer } from 'node:buffer'
import zlib from 'node:zlib'
import type { LeafKind } from '../../../kernel/columns/tree.js'
import type { LeafVector, PageBody } from '../../../kernel/columns/vectors.js'
import type { ByteWriter } from '../columns/byte-writer.js'
import type { Turn } from '../columns/turn.js'
import { boundsOf } from './bounds.js'
import type { Compress } from './codecs.js'
import { dictionaryPays } from './dictionary-choice.js'
import { ENCODING } from './format.js'
import type { PageHeaders } from './page-headers.js'
import type { PageStore } from './page-store.js'
import { physicalType } from './schema-elements.js'
import type { ThriftWriter } from './thrift.js'

export interface ChunkOptions {
  readonly page: 'v1' | 'v2'
  readonly headers: PageHeaders
  /** The number of the codec in the format. */
  readonly codec: number
  readonly compress: Compress | undefined
  /** Of one dictionary, in bytes before compression. */
  readonly dictionaryLimit: number
}

/** From Node 20.15 and 22.2 on; the checksum is optional in the format. */
const crc32: ((bytes: Uint8Array, before?: number) => number) | undefined = zlib.crc32

/** Values of 16 bytes are nearly always distinct, and booleans take a bit: a dictionary would only cost. */
const WITHOUT_DICTIONARY: ReadonlySet<LeafKind> = new Set(['boolean', 'uuid', 'decimal128'])

/**
 * One leaf in one row group: its pages while they collect, then its part of the file and of the footer:
 * https://github.com/apache/parquet-format#column-chunks
 */
export class ColumnChunk {
  readonly #leaf: LeafVector
  readonly #path: readonly string[]
  readonly #options: ChunkOptions
  readonly #store: PageStore
  /** Where the store has the pages: start and end of each. Numbers, because wide tables have very many. */
  readonly #pages: number[] = []
  #encoding: 'undecided' | 'dictionary' | 'overflowed' | 'plain' = 'undecided'
  readonly #encodings = new Set<number>()
  #levels = 0
  #values = 0
  /** Both with page headers, as the footer counts them. */
  #uncompressed = 0
  #compressed = 0

  constructor(leaf: LeafVector, path: readonly string[], store: PageStore, options: ChunkOptions) {
    this.#leaf = leaf
    this.#path = path
    this.#store = store
    this.#options = options
    leaf.clearStatistics()
  }

  /** Memory of the dictionary, about. */
  get dictionaryBytes(): number {
    return this.#encoding === 'dictionary' || this.#encoding === 'overflowed'
      ? this.#leaf.dictionary.length
      : 0
  }

  /**
   * Makes a page of the batch.
   *
   * @param growth how many times as many rows as these the row group is expected to have
   */
  addPage(rows: number, growth: number): void {
    const leaf = this.#leaf
    const { values } = leaf
    if (this.#encoding === 'undecided' && values > 0) this.#decide(growth)
    else if (this.#encoding === 'dictionary' && !leaf.index(0, values, this.#options.dictionaryLimit)) {
      this.#encoding = 'overflowed'
    }
    const isIndexed = this.#encoding === 'dictionary'
    if (!isIndexed) leaf.addStatistics()
    const encoding = isIndexed ? ENCODING.RLE_DICTIONARY : ENCODING.PLAIN
    this.#encodings.add(encoding)
    const isV1 = this.#options.page === 'v1'
    const body = isIndexed ? leaf.indexedPage(isV1) : leaf.plainPage(isV1)
    if (isV1) this.#keepV1(body, encoding)
    else this.#keepV2(body, encoding, rows)
    this.#levels += leaf.levels
    this.#values += values
  }

  /** Encodes the first values both ways and measures. */
  #decide(growth: number): void {
    const leaf = this.#leaf
    const { values } = leaf
    this.#encoding = 'plain'
    if (WITHOUT_DICTIONARY.has(leaf.tree.kind)) return
    const limit = this.#options.dictionaryLimit
    const half = values >> 1
    leaf.openDictionary()
    if (leaf.index(0, half, limit)) {
      const distinctInHalf = leaf.dictionaryCount
      if (leaf.index(half, values, limit)) {
        const rawDictionaryBytes = leaf.dictionary.length
        const sample = {
          distinctInHalf,
          distinct: leaf.dictionaryCount,
          ...leaf.frequencies(),
          indexedBytes: this.#packed(leaf.indexedPage(true).bytes).length,
          plainBytes: this.#packed(leaf.plainPage(true).bytes).length,
          dictionaryBytes: this.#packed(leaf.dictionary).length,
          rawDictionaryBytes,
          growth,
        }
        if (dictionaryPays(sample, limit)) this.#encoding = 'dictionary'
      }
    }
    if (this.#encoding === 'plain') leaf.closeDictionary()
  }

  #packed(bytes: Uint8Array): Uint8Array {
    return this.#options.compress?.(bytes) ?? bytes
  }

  #keepV1(body: PageBody, encoding: number): void {
    const uncompressed = body.bytes.length
    const packed = this.#packed(body.bytes)
    const sizes = { uncompressed, compressed: packed.length, crc: crc32?.(packed) }
    this.#keep(this.#options.headers.data(sizes, this.#leaf.levels, encoding), uncompressed, packed)
  }

  /** Levels come first and are not compressed, and neither is the page when there are only levels. */
  #keepV2({ bytes, definitionBytes, repetitionBytes }: PageBody, encoding: number, rows: number): void {
    const levelBytes = definitionBytes + repetitionBytes
    const uncompressed = bytes.length
    const levels = Uint8Array.prototype.slice.call(bytes, 0, levelBytes)
    const isCompressed = this.#options.compress !== undefined && uncompressed > levelBytes
    const rest = bytes.subarray(levelBytes)
    const packed = isCompressed ? this.#packed(rest) : rest
    const sizes = {
      uncompressed,
      compressed: levelBytes + packed.length,
      crc: crc32?.(packed, crc32(levels)),
    }
    const nulls = this.#leaf.levels - this.#leaf.values
    const header = this.#options.headers.dataV2(sizes, {
      levels: this.#leaf.levels,
      nulls,
      rows,
      encoding,
      definitionBytes,
      repetitionBytes,
      isCompressed,
    })
    this.#keep(header, uncompressed, levels, packed)
  }

  #keep(header: Buffer, uncompressed: number, ...bodies: Uint8Array[]): void {
    this.#pages.push(this.#store.bytes)
    this.#store.keep(header)
    this.#uncompressed += header.length + uncompressed
    this.#compressed += header.length
    for (const body of bodies) {
      this.#store.keep(body)
      this.#compressed += body.length
    }
    this.#pages.push(this.#store.bytes)
  }

  /** Writes the pages. Returns what writes field 3 of `ColumnChunk` to the footer. */
  async write(output: ByteWriter, turn: Turn): Promise<(thrift: ThriftWriter) => void> {
    const start = output.offset
    const hasDictionary = this.#encoding === 'dictionary' || this.#encoding === 'overflowed'
    if (hasDictionary) {
      this.#leaf.addDictionaryStatistics()
      await this.#writeDictionary(output)
    }
    const dataStart = output.offset
    for (let i = 0; i < this.#pages.length; i += 2) {
      for (const bytes of this.#store.read(this.#pages[i]!, this.#pages[i + 1]!)) await output.write(bytes)
      await turn.pause()
    }
    const range = this.#leaf.range
    const bounds = range === undefined ? undefined : boundsOf(this.#leaf.tree, range)
    const encodings = [...this.#encodings, ENCODING.RLE]
    return (thrift) => {
      thrift
        .i32(1, physicalType(this.#leaf.tree))
        .i32s(
          2,
          hasDictionary && !this.#encodings.has(ENCODING.PLAIN) ? [ENCODING.PLAIN, ...encodings] : encodings,
        )
        .binaries(3, this.#path)
        .i32(4, this.#options.codec)
        .i64(5, this.#levels)
        .i64(6, this.#uncompressed)
        .i64(7, this.#compressed)
        .i64(9, dataStart)
      if (hasDictionary) thrift.i64(11, start)
      thrift.struct(12, () => {
        thrift.i64(3, this.#levels - this.#values)
        if (bounds === undefined) return
        const { minimum, maximum } = bounds
        if (maximum !== undefined) thrift.binary(5, maximum.value)
        thrift.binary(6, minimum.value)
        if (maximum !== undefined) thrift.bool(7, maximum.isExact)
        thrift.bool(8, minimum.isExact)
      })
    }
  }

  async #writeDictionary(output: ByteWriter): Promise<void> {
    const count = this.#leaf.dictionaryCount
    const { dictionary } = this.#leaf
    const uncompressed = dictionary.length
    const packed = this.#packed(dictionary)
    const header = this.#options.headers.dictionary(
      { uncompressed, compressed: packed.length, crc: crc32?.(packed) },
      count,
    )
    this.#uncompressed += header.length + uncompressed
    this.#compressed += header.length + packed.length
    await output.write(header)
    await output.write(packed)
    this.#leaf.closeDictionary()
  }

  get uncompressedBytes(): number {
    return this.#uncompressed
  }

  get compressedBytes(): number {
    return this.#compressed
  }
}
