import { Buffer } from 'node:buffer'
import { SluiceError } from '../errors.js'
import { instantiateKernel, type KernelExports, releaseKernel } from './module.js'
import { FORMAT_NUMBERS, HASH_PARTS, HASH_WORDS, MASKS, STATUS } from './numbers.js'
import type { Settings } from './settings.js'
import { longestKey, placeShape } from './shapes.js'

/** Input is handed to the kernel in pieces of at most this size, so that it, the output and the tables stay in the cache. */
const WINDOW = 128 * 1024

/** Pieces of output are about so long when the data grows. */
const OUTPUT = 256 * 1024

/** At the end of a chunk text waits for more until there is this much, so that small chunks make no small pieces. */
const SMALL_PIECE = 64 * 1024

/** Buffers kept for reuse: as many as a queue of {@link OUTPUT} pieces behind the encoder is likely to hold. */
const SPARES = 32

/** Pieces of wide rows are longer than usual, up to here all of them are kept for reuse as well. */
const LARGEST_SPARE = 1024 * 1024

/** The largest write without a check for room: a short text with everything in it escaped, and the bytes around it. */
const RESERVE = 8 * 1024

/** Stands behind each key, so that a run of NULLs in an object is one text. */
const NULL = Buffer.from('null')

/** A text that a number or boolean may have; with others the hot loop compares no scalars. */
const SCALAR = /^(-?\d.*|true|false|NaN|-?Infinity)$/s

/** Hashes of keys, those of one key behind those of the one before, and of each key part by part. */
export interface HashRuns {
  /** {@link HASH_WORDS} numbers for each hash. They have signs: the engine keeps those apart from its numbers on the heap. */
  readonly hashes: Int32Array
  /** Where parts end, in hashes: {@link HASH_PARTS} of each key. */
  readonly ends: Uint32Array
}

/** One instance of the kernel. It is {@link configure}d before anything else. */
export class KernelInstance {
  readonly #kernel: KernelExports
  readonly #failure: (kernel: KernelExports) => SluiceError
  #memory = new Uint8Array()
  #smallPiece = SMALL_PIECE
  readonly #spares: ArrayBufferLike[] = []
  #spareBytes = 0
  #done = false

  /** @param failure puts a failure of the kernel into words */
  constructor(failure: (kernel: KernelExports) => SluiceError, kernel = instantiateKernel()) {
    this.#failure = failure
    this.#kernel = kernel
  }

  /** Sets up for one result, or afresh for another. */
  configure(settings: Settings): void {
    const kernel = this.#kernel
    const { limits, columns, nullText } = settings
    kernel.configure(
      settings.format,
      settings.invalidUtf8,
      settings.special,
      Number(settings.quoteIntegers),
      Number(settings.escapeFormulas),
      Number(settings.crlf),
      settings.quoting,
      Number(settings.decimalComma),
    )
    kernel.configureLimits(limits.rowBytes, limits.cellBytes, limits.depth, limits.columns, settings.rowLimit)
    const delimiter = Buffer.from(settings.delimiter)
    const firstCharacter = Buffer.from(String.fromCodePoint(settings.delimiter.codePointAt(0)!))
    kernel.configureDelimiter(this.#place(delimiter), delimiter.length, firstCharacter.length)
    const nullAt = this.#place(nullText)
    const keys = this.#place(Buffer.concat(columns.flatMap((column) => [column.key, NULL])))
    const table = this.#place(planTable(settings, keys))
    const shapes = this.#placeShapes(settings)
    const straight = Number(settings.straight)
    const isScalar = Number(SCALAR.test(nullText.toString()))
    kernel.configurePlan(
      settings.width,
      columns.length,
      table,
      shapes,
      straight,
      nullAt,
      nullText.length,
      isScalar,
      Number(settings.notesKinds ?? false),
    )
    if (settings.keyBlocks !== undefined) kernel.setKey(this.#place(settings.keyBlocks))
    const longest = columns.reduce((most, { key, shape }) => Math.max(most, key.length, longestKey(shape)), 0)
    const reserve = RESERVE + longest + 2 * nullText.length
    const capacity = Math.max(OUTPUT, 2 * reserve)
    // Rows that pass unchanged come with what was carried over from the chunk before.
    this.#spareBytes = capacity + SMALL_PIECE
    this.#spares.length = 0
    kernel.open(capacity, reserve, WINDOW)
    this.#done = settings.rowLimit === 0
    // For unchanged rows the kernel itself makes pieces that are large enough; of hashes the longer ones are the cheaper.
    const isWhole = settings.format === FORMAT_NUMBERS.rows || settings.format === FORMAT_NUMBERS.watch
    this.#smallPiece = isWhole ? Number.POSITIVE_INFINITY : SMALL_PIECE
  }

  get rows(): number {
    return this.#kernel.rowsDone()
  }

  get replacedTexts(): number {
    return this.#kernel.replacedTexts()
  }

  /** The kinds of cells that came in each column since they were last taken, as `CELL_KINDS`. */
  takeCellKinds(width: number): number[] {
    return Array.from({ length: width }, (_, column) => this.#kernel.takeCellKinds(column))
  }

  /** Counts of a watched column. */
  watched(column: number): { readonly nulls: number; readonly unhashed: number } {
    return { nulls: this.#kernel.watchedNulls(column), unhashed: this.#kernel.watchedUnhashed(column) }
  }

  /** Bytes of output there are to {@link take}. */
  get heldBytes(): number {
    return unsigned(this.#kernel.outputLength())
  }

  /** As many rows as the plan wants are written. */
  get done(): boolean {
    return this.#done
  }

  /** Bytes of input that do not make a whole row. */
  get pendingBytes(): number {
    return this.#done ? 0 : unsigned(this.#kernel.pendingBytes())
  }

  /** Takes input; yields each time there is output to {@link take}, and then wants it to be taken. */
  *feed(chunk: Uint8Array): Generator<void, void, void> {
    const kernel = this.#kernel
    for (let at = 0; at < chunk.length && !this.#done; at += WINDOW) {
      const window = chunk.subarray(at, at + WINDOW)
      const address = unsigned(kernel.reserve(window.length))
      if (address === 0) throw new SluiceError('E_LIMIT_ROW', `there is no memory for row ${this.rows + 1}`)
      this.#view().set(window, address)
      let status = kernel.advance(window.length)
      while (status === STATUS.full) {
        yield
        status = kernel.advance(0)
      }
      this.#done = status === STATUS.limitReached
      if (status === STATUS.failed) {
        if (kernel.outputLength() > 0) yield
        throw this.#failure(kernel)
      }
    }
    if (kernel.outputLength() >= this.#smallPiece) yield
  }

  /** A copy of the output there is, which may be empty. */
  take(): Buffer {
    const kernel = this.#kernel
    const at = unsigned(kernel.outputAt())
    const bytes = unsigned(kernel.outputLength())
    const piece = this.#buffer(bytes)
    piece.set(this.#view().subarray(at, at + bytes))
    kernel.clearOutput()
    return piece
  }

  /** The hashes there are, in the kernel's memory: valid until more input comes. */
  takeHashes(keys: number): HashRuns {
    const kernel = this.#kernel
    const at = unsigned(kernel.sortHashes())
    const { buffer } = kernel.memory
    const ends = new Uint32Array(buffer, unsigned(kernel.hashEnds()), keys * HASH_PARTS)
    kernel.clearOutput()
    return { hashes: new Int32Array(buffer, at, (ends.at(-1) ?? 0) * HASH_WORDS), ends }
  }

  /**
   * Takes a piece back. Pieces come at the speed of memory; were each left to the garbage collector, there would always
   * be some 64 MiB of dead ones.
   */
  recycle(piece: Uint8Array): void {
    const { buffer } = piece
    if (buffer.byteLength === this.#spareBytes && this.#spares.length < SPARES) this.#spares.push(buffer)
  }

  /** Gives the kernel back, to be set up for other rows. To be called last. */
  release(): void {
    releaseKernel(this.#kernel)
  }

  #buffer(bytes: number): Buffer {
    // Small pieces and giant ones are rare, and would waste a buffer or not fit into it.
    if (bytes > LARGEST_SPARE || bytes < SMALL_PIECE) return Buffer.allocUnsafeSlow(bytes)
    if (bytes > this.#spareBytes) {
      this.#spareBytes = bytes + SMALL_PIECE
      this.#spares.length = 0
    }
    const spare = this.#spares.pop()
    return spare ? Buffer.from(spare, 0, bytes) : Buffer.allocUnsafeSlow(this.#spareBytes).subarray(0, bytes)
  }

  #view(): Uint8Array {
    const { buffer } = this.#kernel.memory
    if (this.#memory.buffer !== buffer) this.#memory = new Uint8Array(buffer)
    return this.#memory
  }

  /** The address of each column's shape; 0 where none has one. */
  #placeShapes({ columns }: Settings): number {
    if (columns.every(({ shape }) => shape === undefined)) return 0
    const addresses = Buffer.alloc(columns.length * 4)
    columns.forEach(({ shape }, i) => {
      if (shape !== undefined)
        addresses.writeUInt32LE(
          placeShape(shape, (bytes) => this.#place(bytes)),
          i * 4,
        )
    })
    return this.#place(addresses)
  }

  /** Puts bytes into the kernel's memory, where a vector may be read beyond their end. */
  #place(bytes: Uint8Array): number {
    const at = this.#kernel.allocate(bytes.length + 16)
    this.#view().set(bytes, at)
    return at
  }
}

/** Bytes of a `PlanColumn`. */
const PLAN_COLUMN = 28

/** The columns as `PlanColumn` in assembly/plan.ts lays them out: seven little-endian numbers each. */
function planTable({ columns }: Settings, keys: number): Uint8Array {
  const table = new DataView(new ArrayBuffer(columns.length * PLAN_COLUMN))
  let keyAt = keys
  columns.forEach(({ source, cast, key, isDecimal, keyPart, mask }, i) => {
    const numbers = [source, cast, keyAt, key.length, Number(isDecimal), keyPart, mask ?? MASKS.none]
    for (const [j, number] of numbers.entries()) table.setUint32(i * PLAN_COLUMN + j * 4, number, true)
    keyAt += key.length + NULL.length
  })
  return new Uint8Array(table.buffer)
}

/** WebAssembly hands over addresses as signed numbers of 32 bits. */
function unsigned(address: number): number {
  return address >>> 0
}
