import { Duplex } from 'node:stream'
import { Inflater } from '../../kernel/inflater.js'
import { QUEUES, type Stage } from './detect.js'
import { release, releaseLarge } from './release.js'

/** The most that the inflater makes at a time. */
const BUFFER = 1024 * 1024

/** Shorter pieces are rare, and would waste such a buffer. */
const SMALL = 64 * 1024

/** The memory of yet shorter ones is left to the garbage collector, as to give it back takes longer. */
const TINY = 4 * 1024

/** Buffers that are kept: as many as wait in the stages behind. */
const SPARES = 2

/**
 * As `gunzip`, with the inflater of our own on the thread that writes to it.
 *
 * @throws SluiceError as the stream's error: as `gunzip`.
 */
export class InlineGunzip extends Duplex implements Stage {
  readonly #inflater = new Inflater()
  readonly #disposesInput: boolean
  readonly #spares: ArrayBuffer[] = []
  #pieces: Iterator<Uint8Array, void> | undefined
  #written: ((error?: Error | null) => void) | undefined
  #wanted = false

  /** @param disposesInput whether the memory of a chunk may be taken away once it was read */
  constructor(disposesInput = false) {
    super(QUEUES)
    this.#disposesInput = disposesInput
  }

  /** Takes the memory away from the holder of the chunk. A whole buffer is used again: its pages need not be found anew. */
  recycle({ buffer, byteLength }: Uint8Array): void {
    if (!(buffer instanceof ArrayBuffer)) return
    if (buffer.byteLength === BUFFER && this.#spares.length < SPARES) {
      this.#spares.push(structuredClone(buffer, { transfer: [buffer] }))
    } else if (byteLength >= TINY) release(buffer)
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    this.#pieces = this.#inflater.feed(chunk)
    this.#written = (error) => {
      if (this.#disposesInput) releaseLarge(chunk)
      done(error)
    }
    this.#pump()
  }

  override _read(): void {
    this.#wanted = true
    this.#pump()
  }

  override _final(done: (error?: Error | null) => void): void {
    try {
      this.#inflater.end()
    } catch (error) {
      done(error as Error)
      return
    }
    this.push(null)
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#pieces = undefined
    this.#inflater.close()
    done(error)
  }

  /** Inflates as long as the reader wants more: one byte can become a thousand. */
  #pump(): void {
    while (this.#wanted && this.#pieces !== undefined) {
      const done = this.#written!
      try {
        const next = this.#pieces.next()
        if (next.done !== true) {
          this.#wanted = this.push(this.#copy(next.value))
          continue
        }
      } catch (error) {
        this.#pieces = undefined
        done(error as Error)
        return
      }
      this.#pieces = undefined
      done()
    }
  }

  #copy(piece: Uint8Array): Buffer {
    if (piece.length < TINY) return Buffer.from(piece)
    const chunk = piece.length < SMALL ? Buffer.allocUnsafeSlow(piece.length) : this.#buffer(piece.length)
    chunk.set(piece)
    return chunk
  }

  #buffer(bytes: number): Buffer {
    const spare = this.#spares.pop()
    return spare === undefined
      ? Buffer.allocUnsafeSlow(BUFFER).subarray(0, bytes)
      : Buffer.from(spare, 0, bytes)
  }
}
