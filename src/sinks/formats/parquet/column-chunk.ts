import type { Buffer } from 'node:buffer'
import zlib from 'node:zlib'
import type { LeafKind } from '../../../kernel/columns/tree.js'
import type { LeafVector, PageBody } from '../../../kernel/columns/vectors.js'
import type { ByteWriter } from '../columns/byte-writer.js'
import type { Turn } from '../columns/turn.js'
import { ValueHashes } from './bloom-filter.js'
import { boundsOf } from './bounds.js'
import type { Compress } from './codecs.js'
import { dictionaryPays } from './dictionary-choice.js'
import type { WrittenChunk } from './footer.js'
import { ENCODING, PAGE } from './format.js'
import { KeptPages, type PageNote } from './kept-pages.js'
import type { PageHeaders } from './page-headers.js'
import { columnIndex, offsetIndex } from './page-index.js'
import type { PageStore } from './page-store.js'
import { physicalType } from './schema-elements.js'
import { ThriftWriter } from './thrift.js'
import { leastSaving, VALUE_ENCODINGS } from './value-encodings.js'

export interface ChunkOptions {
  readonly page: 'v1' | 'v2'
  readonly headers: PageHeaders
  /** The number of the codec in the format. */
  readonly codec: number
  readonly compress: Compress | undefined
  /** Of one dictionary, in bytes before compression. */
  readonly dictionaryLimit: number
  readonly hasFilter?: boolean
}

/** From Node 20.15 and 22.2 on; the checksum is optional in the format. */
const crc32: ((bytes: Uint8Array, before?: number) => number) | undefined = zlib.crc32

/**
 * A page V2 that compression makes smaller by less is stored as it is: readers need not unpack it, for which DuckDB sets up a
 * decompressor of zstd a page.
 */
const LEAST_GAIN = 0.05

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
  /** Also for pages V2 of repeated columns: V2 leaves levels uncompressed, which makes nested tables a tenth larger. */
  readonly #hasPagesV1: boolean
  readonly #pages: KeptPages
  /** For a Bloom filter. */
  readonly #hashes: ValueHashes | undefined
  /** Where in the file it begins: the dictionary if there is one, and the pages of values. */
  #start = 0
  #dataStart = 0
  #filter: { readonly at: number; readonly bytes: number } | undefined
  #encoding: 'undecided' | 'dictionary' | 'overflowed' | 'plain' = 'undecided'
  /** That of values on pages without a dictionary. */
  #valueEncoding: number = ENCODING.PLAIN
  /** How many data pages have each. */
  readonly #encodings = new Map<number, number>()
  #rows = 0
  #levels = 0
  #values = 0
  /** Both with page headers, as the footer counts them. */
  #uncompressed = 0
  #compressed = 0

  constructor(leaf: LeafVector, path: readonly string[], store: PageStore, options: ChunkOptions) {
    this.#leaf = leaf
    this.#path = path
    this.#pages = new KeptPages(store)
    this.#options = options
    this.#hasPagesV1 = options.page === 'v1' || (options.compress !== undefined && leaf.tree.repetition > 0)
    this.#hashes = options.hasFilter ? new ValueHashes() : undefined
    leaf.clearStatistics()
  }

  /** Memory of the dictionary and of what a filter is made from, about. */
  get dictionaryBytes(): number {
    const filter = this.#hashes?.bytes ?? 0
    return this.#encoding === 'dictionary' || this.#encoding === 'overflowed'
      ? this.#leaf.dictionary.length + filter
      : filter
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
    const note = this.#note(isIndexed)
    this.#hashes?.add(leaf.hashes())
    const encoding = isIndexed ? ENCODING.RLE_DICTIONARY : this.#valueEncoding
    this.#encodings.set(encoding, (this.#encodings.get(encoding) ?? 0) + 1)
    const body = isIndexed ? leaf.indexedPage(this.#hasPagesV1) : this.#valuesPage(this.#valueEncoding)
    if (this.#hasPagesV1) this.#keepV1(body, encoding, note)
    else this.#keepV2(body, encoding, rows, note)
    this.#rows += rows
    this.#levels += leaf.levels
    this.#values += values
  }

  #note(isIndexed: boolean): PageNote {
    const leaf = this.#leaf
    const range = leaf.addStatistics(isIndexed)
    const bounds = range === undefined ? undefined : boundsOf(leaf.tree, range)
    return {
      firstRow: this.#rows,
      nulls: leaf.levels - leaf.values,
      isNull: leaf.values === 0,
      bounds: bounds?.maximum && { minimum: bounds.minimum.value, maximum: bounds.maximum.value },
    }
  }

  #valuesPage(encoding: number): PageBody {
    const isV1 = this.#hasPagesV1
    return encoding === ENCODING.PLAIN ? this.#leaf.plainPage(isV1) : this.#leaf.encodedPage(encoding, isV1)
  }

  /** Finds the smallest encoding of the first values without a dictionary. Returns its bytes. */
  #decideValues(): number {
    const plain = this.#packed(this.#leaf.plainPage(this.#hasPagesV1).bytes).length
    if (this.#options.page === 'v1') return plain
    let least = plain
    for (const encoding of VALUE_ENCODINGS[this.#leaf.tree.kind]) {
      const bytes = this.#packed(this.#valuesPage(encoding).bytes).length
      if (bytes >= Math.min(least, plain * (1 - leastSaving(encoding)))) continue
      least = bytes
      this.#valueEncoding = encoding
    }
    return least
  }

  /** Encodes the first values in all ways and measures. */
  #decide(growth: number): void {
    const leaf = this.#leaf
    const { values } = leaf
    this.#encoding = 'plain'
    const plainBytes = this.#decideValues()
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
          plainBytes,
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

  #keepV1(body: PageBody, encoding: number, note: PageNote): void {
    const uncompressed = body.bytes.length
    const packed = this.#packed(body.bytes)
    const sizes = { uncompressed, compressed: packed.length, crc: crc32?.(packed) }
    this.#keep(this.#options.headers.data(sizes, this.#leaf.levels, encoding), uncompressed, [packed], note)
  }

  /** Levels come first and are not compressed, and neither is the page when there are only levels. */
  #keepV2(
    { bytes, definitionBytes, repetitionBytes }: PageBody,
    encoding: number,
    rows: number,
    note: PageNote,
  ): void {
    const levelBytes = definitionBytes + repetitionBytes
    const uncompressed = bytes.length
    const levels = Uint8Array.prototype.slice.call(bytes, 0, levelBytes)
    const packedRest = this.#packed(bytes.subarray(levelBytes))
    const isCompressed = packedRest.length < (uncompressed - levelBytes) * (1 - LEAST_GAIN)
    // Where compressing has grown the memory, the bytes are elsewhere.
    const packed = isCompressed ? packedRest : this.#leaf.page.bytes.subarray(levelBytes)
    const sizes = {
      uncompressed,
      compressed: levelBytes + packed.length,
      crc: crc32?.(packed, crc32(levels)),
    }
    const header = this.#options.headers.dataV2(sizes, {
      levels: this.#leaf.levels,
      nulls: note.nulls,
      rows,
      encoding,
      definitionBytes,
      repetitionBytes,
      isCompressed,
    })
    this.#keep(header, uncompressed, [levels, packed], note)
  }

  #keep(header: Buffer, uncompressed: number, bodies: readonly Uint8Array[], note: PageNote): void {
    this.#uncompressed += header.length + uncompressed
    this.#compressed += header.length
    for (const body of bodies) this.#compressed += body.length
    this.#pages.keep([header, ...bodies], note)
  }

  get #hasDictionary(): boolean {
    return this.#encoding === 'dictionary' || this.#encoding === 'overflowed'
  }

  /** Writes the pages. */
  async write(output: ByteWriter, turn: Turn): Promise<void> {
    this.#start = output.offset
    if (this.#hasDictionary) await this.#writeDictionary(output)
    this.#dataStart = output.offset
    for (const page of this.#pages.read()) {
      for (const bytes of page) await output.write(bytes)
      await turn.pause()
    }
  }

  /** Writes the Bloom filter, if there is one. */
  async writeFilter(output: ByteWriter): Promise<void> {
    if (this.#hashes === undefined) return
    const filter = this.#hashes.filter(new ThriftWriter())
    this.#filter = { at: output.offset, bytes: filter.length }
    await output.write(filter)
  }

  /** Its entries for the end of the file. */
  written(thrift: ThriftWriter): WrittenChunk {
    const notes = this.#pages.notes()
    return {
      metadata: this.#metadata(thrift),
      offsetIndex: offsetIndex(thrift, notes, this.#dataStart),
      columnIndex: columnIndex(thrift, notes, this.#leaf.tree),
    }
  }

  /** The struct `ColumnMetaData`. */
  #metadata(thrift: ThriftWriter): Buffer {
    const range = this.#leaf.range
    const bounds = range === undefined ? undefined : boundsOf(this.#leaf.tree, range)
    const hasDictionary = this.#hasDictionary
    const encodings = [...this.#encodings.keys(), ENCODING.RLE]
    const dataPage = this.#hasPagesV1 ? PAGE.DATA : PAGE.DATA_V2
    const counts: [page: number, encoding: number, count: number][] = []
    if (hasDictionary) counts.push([PAGE.DICTIONARY, ENCODING.PLAIN, 1])
    for (const [encoding, count] of this.#encodings) counts.push([dataPage, encoding, count])
    return thrift
      .clear()
      .body(() => {
        thrift
          .i32(1, physicalType(this.#leaf.tree))
          .i32s(
            2,
            hasDictionary && !this.#encodings.has(ENCODING.PLAIN)
              ? [ENCODING.PLAIN, ...encodings]
              : encodings,
          )
          .binaries(3, this.#path)
          .i32(4, this.#options.codec)
          .i64(5, this.#levels)
          .i64(6, this.#uncompressed)
          .i64(7, this.#compressed)
          .i64(9, this.#dataStart)
        if (hasDictionary) thrift.i64(11, this.#start)
        thrift.struct(12, () => {
          thrift.i64(3, this.#levels - this.#values)
          if (bounds === undefined) return
          const { minimum, maximum } = bounds
          if (maximum !== undefined) thrift.binary(5, maximum.value)
          thrift.binary(6, minimum.value)
          if (maximum !== undefined) thrift.bool(7, maximum.isExact)
          thrift.bool(8, minimum.isExact)
        })
        // Tells readers that filter by dictionaries whether all pages have one.
        thrift.structs(13, counts, ([page, encoding, count]) => {
          thrift.i32(1, page).i32(2, encoding).i32(3, count)
        })
        if (this.#filter !== undefined) thrift.i64(14, this.#filter.at).i32(15, this.#filter.bytes)
      })
      .take()
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
