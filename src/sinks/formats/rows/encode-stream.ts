import { Duplex } from 'node:stream'
import type { RowEncoder } from '../../../kernel/encoder.js'

const MIB = 1024 * 1024

/**
 * A stage around a {@link RowEncoder}: msgpack bytes in, encoded bytes out.
 *
 * It encodes on a turn of the loop of its own rather than inside the write, because a write may come from within the
 * inflater's callback: the inflater's thread gets its next piece of work first and runs beside the encoder. And it
 * stops between two pieces of output when the reader has enough, since one chunk of input can grow a thousandfold.
 */
export class EncodeStream extends Duplex {
  /** Until the stream ends or is destroyed, which a reader may do while a piece is emitted. */
  #encoder: RowEncoder | undefined
  /** Totals kept after the encoder's memory is released. */
  #totals: { rows: number; replacedTexts: number; replacedCharacters?: number | undefined } = {
    rows: 0,
    replacedTexts: 0,
  }
  readonly #onLimit: () => void
  #pieces: Iterator<Uint8Array> | undefined
  #written: ((error?: Error | null) => void) | undefined
  #wanted = false
  #begun = false
  #emitted = 0

  /** @param onLimit called once when the plan's limit is reached. */
  constructor(encoder: RowEncoder, onLimit: () => void = () => {}) {
    super({ readableHighWaterMark: MIB, writableHighWaterMark: MIB })
    this.#encoder = encoder
    this.#onLimit = onLimit
  }

  /** Rows read so far. */
  get rows(): number {
    return (this.#encoder ?? this.#totals).rows
  }

  /** Bytes that were encoded so far. */
  get bytes(): number {
    return this.#emitted + (this.#encoder?.heldBytes ?? 0)
  }

  /** Texts that were not valid UTF-8 and were replaced. */
  get replacedTexts(): number {
    return (this.#encoder ?? this.#totals).replacedTexts
  }

  /** Characters that were replaced as the encoding lacks them; `undefined` for UTF-8. */
  get replacedCharacters(): number | undefined {
    return (this.#encoder ?? this.#totals).replacedCharacters
  }

  /** Gives back a chunk that was read from this stream and will not be read again. */
  recycle(chunk: Uint8Array): void {
    this.#encoder?.recycle(chunk)
  }

  override _write(chunk: Uint8Array, _encoding: string, callback: (error?: Error | null) => void): void {
    setImmediate(() => {
      this.#attempt(callback, () => {
        this.#begin()
        this.#written = callback
        this.#pieces = this.#encoder?.push(chunk)[Symbol.iterator]()
        this.#pump()
      })
    })
  }

  override _read(): void {
    this.#wanted = true
    if (this.#pieces !== undefined) this.#attempt(this.#written!, () => this.#pump())
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#attempt(callback, () => {
      this.#begin()
      if (this.#encoder !== undefined) this.#emit(this.#encoder.end())
      this.#release()
      this.push(null)
      callback()
    })
  }

  /** After a failure as well: a program of many results that fail would else have a memory for each until they are collected. */
  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#release()
    callback(error)
  }

  #release(): void {
    const encoder = this.#encoder
    if (encoder === undefined) return
    const { rows, replacedTexts, replacedCharacters } = encoder
    this.#totals = { rows, replacedTexts, replacedCharacters }
    this.#encoder = undefined
    this.#pieces = undefined
    encoder.release()
  }

  #begin(): void {
    if (this.#begun) return
    this.#begun = true
    this.#emit(this.#encoder!.begin())
  }

  #pump(): void {
    while (this.#wanted && this.#pieces !== undefined) {
      const next = this.#pieces.next()
      if (next.done === true) this.#chunkDone()
      else this.#emit(next.value)
    }
  }

  #emit(piece: Uint8Array): void {
    this.#emitted += piece.byteLength
    if (piece.byteLength > 0) this.#wanted = this.push(piece)
  }

  #chunkDone(): void {
    const written = this.#written!
    this.#pieces = undefined
    this.#written = undefined
    if (this.#encoder?.done) this.#onLimit()
    written()
  }

  /** An error of the encoder is the error of the write that caused it. */
  #attempt(callback: (error: Error) => void, action: () => void): void {
    if (this.destroyed) return
    try {
      action()
    } catch (error) {
      this.#pieces = undefined
      callback(error as Error)
    }
  }
}
