import { Buffer } from 'node:buffer'
import type { CastTarget } from '../../model/casts.js'
import { castNumber, KIND } from '../numbers.js'
import { type ColumnExports, instantiateColumns } from './module.js'
import { type ColumnNode, isLeaf, type LeafNode, leavesOf } from './tree.js'

/** A column to be made: which cell of a row, and as what. */
export interface ColumnSource {
  readonly source: number
  readonly tree: ColumnNode
  readonly cast?: CastTarget | undefined
}

export interface ColumnVectorsOptions {
  /** Cells of a row as it comes in. */
  readonly width: number
  readonly columns: readonly ColumnSource[]
  /** How to treat a cell that does not fit its column. */
  readonly onMisfit: 'fail' | 'null'
  readonly invalidUtf8: 'replace' | 'fail'
  /** Of all dictionaries together, their hash tables included. Beyond it no value is added to any. */
  readonly dictionaryBytes: number
  /**
   * Files that are written side by side.
   *
   * @default 1
   */
  readonly openFiles?: number | undefined
  /**
   * Whether pages are made of batches, each of which costs readers something: those of many columns get larger batches then.
   *
   * @default false
   */
  readonly makesPages?: boolean
}

/** A cell that does not fit its column. */
export interface Misfit {
  /** Of the batch, counted from 0. */
  readonly row: number
  /** The value as msgpack: the cell, or the part of a nested one that is wrong. */
  readonly value: Buffer
  /** It would fit, were it valid UTF-8. */
  readonly invalidUtf8: boolean
}

/** Levels and values of a page, not compressed. The bytes are valid until the next call of anything here. */
export interface PageBody {
  readonly bytes: Uint8Array
  readonly repetitionBytes: number
  readonly definitionBytes: number
}

export interface ValueRange {
  readonly minimum: Buffer
  readonly maximum: Buffer
}

/** Columns as Apache Arrow has them. The bytes are valid until the next call of anything here. */
export interface ArrowBuffers {
  /** All buffers one after another, each at a multiple of 64. */
  readonly body: Uint8Array
  /** Of each node, the columns in their order and what is nested below: length and NULLs, 64 bits each. */
  readonly nodes: Uint8Array
  /** Of each buffer: where it begins in the body, and how long it is without what fills it up, 64 bits each. */
  readonly buffers: Uint8Array
}

/** The most rows of a batch; a page is made of each. */
const MAX_ROWS = 32_768

/** With many files at once each takes fewer, but enough for a page. */
const LEAST_ROWS = 8192

/** And tables of many columns fewer: four bytes are kept a cell. */
const MAX_CELLS = 1024 * 1024

/** Rows of a batch, in bytes, unless they are long. */
const BATCH_BYTES = 2 * 1024 * 1024

/**
 * With more columns a page would have less than 64 KiB. Those of 200 columns had 16 KiB, and DuckDB took a quarter longer to read them, as
 * it sets up a decompressor for each.
 */
const FEW_COLUMNS = 32

/** How many times as large a batch of many columns is at the most, in bytes and in cells. */
const MOST_TIMES_BYTES = 4
const MOST_TIMES_CELLS = 2

/**
 * Turns validated msgpack rows into columns, a batch at a time, in WebAssembly: no cell becomes a JavaScript value.
 * `add` rows until it refuses them, then for each column `shred` it and take pages from its leaves, then `finish`.
 */
export class ColumnVectors {
  /** For each column its leaves, from left to right. */
  readonly leaves: readonly (readonly LeafVector[])[]
  readonly #wasm: ColumnExports
  readonly #nodes: number[]
  readonly #slots: number[]
  readonly #casts: number[]

  constructor(options: ColumnVectorsOptions) {
    const { width, columns } = options
    const nodes = new Map<number, ColumnNode>()
    const wasm = instantiateColumns(nodes)
    this.#wasm = wasm
    const sources = [...new Set(columns.map((column) => column.source))]
    const { openFiles = 1, makesPages = false } = options
    const times = makesPages && openFiles === 1 ? Math.max(1, sources.length / FEW_COLUMNS) : 1
    const most = Math.max(LEAST_ROWS, Math.floor(MAX_ROWS / openFiles))
    const maxCells = MAX_CELLS * Math.min(times, MOST_TIMES_CELLS)
    const maxRows = Math.max(1, Math.min(most, Math.floor(maxCells / Math.max(1, sources.length))))
    const batchBytes = BATCH_BYTES * Math.min(times, MOST_TIMES_BYTES)
    const lenient = options.onMisfit === 'null'
    const strictUtf8 = options.invalidUtf8 === 'fail'
    const { dictionaryBytes } = options
    const table = wasm.open(width, sources.length, maxRows, batchBytes, lenient, strictUtf8, dictionaryBytes)
    const slots = new Int32Array(wasm.memory.buffer, table, width).fill(-1)
    sources.forEach((source, slot) => {
      slots[source] = slot
    })
    this.#slots = columns.map((column) => sources.indexOf(column.source))
    this.#casts = columns.map((column) => castNumber(column.cast))
    const leaves: LeafVector[] = []
    const build = (tree: ColumnNode, flat: boolean): number => {
      const node = addNode(wasm, tree, flat)
      nodes.set(node, tree)
      if (isLeaf(tree)) leaves.push(new LeafVector(wasm, wasm.leafOf(node), tree))
      tree.children.forEach((child, i) => {
        const name = Buffer.from(tree.names[i] ?? '')
        const nameAt = allocate(wasm, name)
        wasm.setChild(node, i, build(child, false), nameAt, name.length)
      })
      return node
    }
    this.#nodes = columns.map(({ tree }) => build(tree, true))
    let first = 0
    this.leaves = columns.map(({ tree }) => {
      const count = leavesOf(tree).length
      first += count
      return leaves.slice(first - count, first)
    })
  }

  /** Rows of the batch. */
  get rows(): number {
    return this.#wasm.batchRows()
  }

  /** Texts that were not valid UTF-8 and were replaced. */
  get replacedTexts(): number {
    return this.#wasm.replacedTexts()
  }

  /** Of the instance; it never shrinks. */
  get memoryBytes(): number {
    return this.#wasm.memory.buffer.byteLength
  }

  /** Takes up to `rows` of the rows that `bytes` holds, as many as the batch has room for. Returns their bytes. */
  add(bytes: Uint8Array, rows: number): number {
    const at = this.#wasm.roomFor(bytes.length)
    if (at === 0) return 0
    new Uint8Array(this.#wasm.memory.buffer, at, bytes.length).set(bytes)
    return this.#wasm.takeRows(rows)
  }

  /** Fills the leaves of a column with the batch. Returns the first cell that does not fit, if that is a failure. */
  shred(column: number): Misfit | undefined {
    const wasm = this.#wasm
    if (wasm.shredColumn(this.#nodes[column]!, this.#slots[column]!, this.#casts[column]!)) return undefined
    const at = wasm.misfitAt()
    const value = Buffer.from(new Uint8Array(wasm.memory.buffer, at, wasm.valueEnd(at) - at))
    return { row: wasm.misfitRow(), value, invalidUtf8: wasm.misfitIsUtf8() !== 0 }
  }

  /** Forgets the buffers of Arrow, before the first column of a batch. */
  clearArrow(): void {
    this.#wasm.clearArrow()
  }

  /** Makes buffers of Arrow of the column that was shredded last. */
  addArrow(column: number): void {
    this.#wasm.addArrow(this.#nodes[column]!)
  }

  /** The buffers of all columns that were added. */
  get arrow(): ArrowBuffers {
    const wasm = this.#wasm
    const { buffer } = wasm.memory
    return {
      body: new Uint8Array(buffer, wasm.arrowBodyAt(), wasm.arrowBodyBytes()),
      nodes: new Uint8Array(buffer, wasm.arrowNodesAt(), wasm.arrowNodesBytes()),
      buffers: new Uint8Array(buffer, wasm.arrowBuffersAt(), wasm.arrowBuffersBytes()),
    }
  }

  /** How many cells became NULL for not fitting, since this was asked last. */
  takeNulled(): number {
    return this.#wasm.takeNulled()
  }

  /** Forgets the batch. What leaves keep for a row group stays. */
  finish(): void {
    this.#wasm.finishBatch()
  }

  /** Compresses bytes of a {@link PageBody} or of a dictionary. What it returns is valid as long as those are. */
  snappy(bytes: Uint8Array): Uint8Array {
    const packed = this.#wasm.pack(bytes.byteOffset, bytes.length)
    return new Uint8Array(this.#wasm.memory.buffer, this.#wasm.packedAt(), packed)
  }

  /** Compresses bytes of {@link ArrowBuffers} to a frame of LZ4; as with `snappy`. */
  lz4(bytes: Uint8Array): Uint8Array {
    const packed = this.#wasm.packLz4(bytes.byteOffset, bytes.length)
    return new Uint8Array(this.#wasm.memory.buffer, this.#wasm.packedAt(), packed)
  }

  /** The same to one block without a frame. */
  lz4Block(bytes: Uint8Array): Uint8Array {
    const packed = this.#wasm.packLz4Block(bytes.byteOffset, bytes.length)
    return new Uint8Array(this.#wasm.memory.buffer, this.#wasm.packedAt(), packed)
  }
}

function addNode(wasm: ColumnExports, tree: ColumnNode, flat: boolean): number {
  const kind = KIND[tree.kind]
  const { definition, repetition } = tree
  return isLeaf(tree)
    ? wasm.addLeaf(kind, definition, repetition, tree.precision, tree.scale, flat)
    : wasm.addGroup(kind, definition, repetition, tree.children.length)
}

/** Memory that stays for as long as the instance. */
function allocate(wasm: ColumnExports, bytes: Uint8Array): number {
  const at = wasm.allocate(bytes.length)
  new Uint8Array(wasm.memory.buffer, at, bytes.length).set(bytes)
  return at
}

/** One leaf: its part of the batch, and its dictionary and statistics of the row group. */
export class LeafVector {
  readonly tree: LeafNode
  readonly #wasm: ColumnExports
  readonly #leaf: number

  constructor(wasm: ColumnExports, leaf: number, tree: LeafNode) {
    this.tree = tree
    this.#wasm = wasm
    this.#leaf = leaf
  }

  /** Entries of levels: values, NULLs, and lists that are empty. */
  get levels(): number {
    return this.#wasm.levelCount(this.#leaf)
  }

  /** Values that are there. */
  get values(): number {
    return this.#wasm.valueCount(this.#leaf)
  }

  /** @param prefixed whether levels carry their length, as in data page V1 */
  plainPage(prefixed: boolean): PageBody {
    this.#wasm.encodePlain(this.#leaf, prefixed)
    return this.page
  }

  /** The same in another encoding that fits the kind of the leaf, by its number in the format. */
  encodedPage(encoding: number, prefixed: boolean): PageBody {
    this.#wasm.encodeAs(this.#leaf, encoding, prefixed)
    return this.page
  }

  /** A page of the indices that `index` found. */
  indexedPage(prefixed: boolean): PageBody {
    this.#wasm.encodeIndices(this.#leaf, prefixed)
    return this.page
  }

  /** The page that was made last. */
  get page(): PageBody {
    const wasm = this.#wasm
    return {
      bytes: new Uint8Array(wasm.memory.buffer, wasm.bodyAt(), wasm.bodyBytes()),
      repetitionBytes: wasm.repetitionBytes(),
      definitionBytes: wasm.definitionBytes(),
    }
  }

  /** An empty dictionary. Not for values of 16 bytes. */
  openDictionary(): void {
    this.#wasm.openDictionary(this.#leaf)
  }

  closeDictionary(): void {
    this.#wasm.closeDictionary(this.#leaf)
  }

  /**
   * Looks values of the batch up in the dictionary and adds new ones. False when it would grow beyond `limit` bytes;
   * it is as before then, and nothing can be looked up any more.
   */
  index(from: number, to: number, limit: number): boolean {
    return this.#wasm.indexValues(this.#leaf, from, to, limit) !== 0
  }

  get dictionaryCount(): number {
    return this.#wasm.dictionaryCount(this.#leaf)
  }

  /** How many values of the dictionary the batch has exactly once, and exactly twice, after all of it was looked up. */
  frequencies(): { once: number; twice: number } {
    this.#wasm.countSeen(this.#leaf)
    return { once: this.#wasm.seenOnce(), twice: this.#wasm.seenTwice() }
  }

  /** Its values, PLAIN encoded. Valid as long as a {@link PageBody}. */
  get dictionary(): Uint8Array {
    const wasm = this.#wasm
    return new Uint8Array(wasm.memory.buffer, wasm.dictionaryAt(this.#leaf), wasm.dictionaryBytes(this.#leaf))
  }

  /**
   * Takes the values of the batch into the statistics, and returns those of the batch alone: see {@link range}.
   *
   * @param isIndexed whether `index` has looked all of them up
   */
  addStatistics(isIndexed: boolean): ValueRange | undefined {
    const wasm = this.#wasm
    wasm.addStatistics(this.#leaf, isIndexed)
    if (!wasm.pageHasMinMax()) return undefined
    return {
      minimum: this.#stored(wasm.pageMinimumAt(), wasm.pageMinimumBytes()),
      maximum: this.#stored(wasm.pageMaximumAt(), wasm.pageMaximumBytes()),
    }
  }

  /** XXH64 of each value of the batch as it is stored PLAIN, a text without its length. Valid as long as a page. */
  hashes(): BigUint64Array {
    const count = this.#wasm.hashValues(this.#leaf)
    return new BigUint64Array(this.#wasm.memory.buffer, this.#wasm.hashesAt(), count)
  }

  /** Forgets the values of batches before, for {@link firstUnsorted}. Only one leaf can be asked. */
  beginOrder(): void {
    this.#wasm.beginOrder()
  }

  /** The first row of the batch whose value is less than the one before it, or follows a NULL; -1 where all rise. */
  firstUnsorted(): number {
    return this.#wasm.firstUnsorted(this.#leaf)
  }

  clearStatistics(): void {
    this.#wasm.clearStatistics(this.#leaf)
  }

  /** PLAIN encoded, without the length of a text. `undefined` without values, and when one is NaN. */
  get range(): ValueRange | undefined {
    const wasm = this.#wasm
    const leaf = this.#leaf
    if (!wasm.hasMinMax(leaf)) return undefined
    return {
      minimum: this.#stored(wasm.minimumAt(leaf), wasm.minimumBytes(leaf)),
      maximum: this.#stored(wasm.maximumAt(leaf), wasm.maximumBytes(leaf)),
    }
  }

  #stored(at: number, bytes: number): Buffer {
    const value = Buffer.from(new Uint8Array(this.#wasm.memory.buffer, at, bytes))
    // Kept as a little-endian 128-bit number, stored as a big-endian one of as many bytes as it needs.
    if (this.tree.kind !== 'decimal128') return value
    return value.subarray(0, this.#wasm.storedWidth(this.#leaf)).reverse()
  }
}
