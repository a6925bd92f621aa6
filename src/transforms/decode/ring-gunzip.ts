import { Duplex } from 'node:stream'
import { asSluiceError } from '../../abort.js'
import { copyAcross } from '../../kernel/copy-across.js'
import { Inflater } from '../../kernel/inflater.js'
import { QUEUES, type Stage } from './detect.js'
import { release } from './release.js'

/** The memory of shorter chunks is left to the garbage collector, as to give it back takes longer. */
const TINY = 4 * 1024

/** The same of packed chunks, which pools of memory may hold. */
const LARGE = 64 * 1024

type Done = (error?: Error | null) => void

export interface RingOptions {
  /** From how many packed bytes on there is a thread. */
  threadFrom: number
  /** Leaves all of the work to the thread, which else takes over when it has started: for tests. Default false. */
  waitsForThread?: boolean | undefined
  /** Whether the memory of a chunk may be taken away once it was written. Default false. */
  disposesInput?: boolean | undefined
}

/**
 * As `gunzip`, with the inflater of our own: on the thread that writes to it, and from some number of packed bytes on, on
 * one beside.
 *
 * Chunks belong to the reader, until `lend` is called: from then on they are views of the memory that the inflater works in.
 *
 * @throws SluiceError as the stream's error: as `gunzip`.
 */
export class RingGunzip extends Duplex implements Stage {
  readonly #inflater = new Inflater()
  readonly #threadFrom: number
  readonly #waitsForThread: boolean
  readonly #disposesInput: boolean
  /** Where chunks that the reader has not given back begin, and how long they are, in order. */
  readonly #lent: { readonly at: number; readonly bytes: number }[] = []
  #lends = false
  #fed = 0
  #rest: Uint8Array | undefined
  #written: Done | undefined
  #ended: Done | undefined
  #hasThread = false
  #wanted = false
  #isPumping = false

  constructor({ threadFrom, waitsForThread = false, disposesInput = false }: RingOptions) {
    super(QUEUES)
    this.#threadFrom = threadFrom
    this.#waitsForThread = waitsForThread
    this.#disposesInput = disposesInput
  }

  lend(): void {
    this.#lends = true
  }

  recycle({ buffer, byteOffset, byteLength }: Uint8Array): void {
    if (buffer instanceof ArrayBuffer) {
      if (byteLength >= TINY) release(buffer)
      return
    }
    const last = this.#lent.findIndex(({ at }) => at === byteOffset)
    for (const { bytes } of this.#lent.splice(0, last + 1)) this.#inflater.free(bytes)
    // On this thread nothing else goes on where there was no room.
    if (!this.#inflater.isOnThread) this.#pump()
  }

  override _write(chunk: Uint8Array, _encoding: string, done: Done): void {
    this.#fed += chunk.length
    if (this.#fed >= this.#threadFrom && !this.#hasThread) {
      this.#hasThread = true
      this.#inflater.startThread(
        () => this.#pump(),
        (error) => this.destroy(asSluiceError(error)),
      )
    }
    this.#rest = chunk
    this.#written = done
    this.#pump()
  }

  override _read(): void {
    this.#wanted = true
    this.#pump()
  }

  override _final(done: Done): void {
    this.#inflater.endInput()
    this.#ended = done
    this.#pump()
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#inflater.close()
    done(error)
  }

  /** Moves what can be moved, until the reader has enough, or the writer or the thread has to bring more. */
  #pump(): void {
    // Whom this calls may call for more in turn.
    if (this.#isPumping) return
    this.#isPumping = true
    try {
      while (!this.destroyed && this.#move());
    } catch (error) {
      this.destroy(error as Error)
    } finally {
      this.#isPumping = false
    }
  }

  /** Does the next thing there is to do; false when that has to wait. */
  #move(): boolean {
    const inflater = this.#inflater
    if (this.#rest !== undefined) {
      this.#rest = this.#rest.subarray(inflater.put(this.#rest))
      if (this.#rest.length === 0) return this.#takeDone()
    }
    if (this.#wanted) {
      const piece = inflater.take()
      if (piece !== undefined) {
        this.#wanted = this.push(this.#lends ? this.#lend(piece) : this.#copy(piece))
        return true
      }
    }
    if (inflater.isOver()) {
      const done = this.#ended
      if (done === undefined) return false
      this.#ended = undefined
      this.push(null)
      done()
      return false
    }
    if (inflater.isOnThread)
      return !inflater.waitFor({ output: this.#wanted, input: this.#rest !== undefined })
    if (this.#waitsForThread && inflater.isThreadComing) return false
    return this.#wanted && inflater.step()
  }

  #takeDone(): boolean {
    const done = this.#written!
    const { buffer } = this.#rest!
    if (this.#disposesInput && buffer instanceof ArrayBuffer && buffer.byteLength >= LARGE) release(buffer)
    this.#rest = undefined
    this.#written = undefined
    done()
    return true
  }

  #lend(piece: Buffer): Buffer {
    this.#lent.push({ at: piece.byteOffset, bytes: piece.length })
    return piece
  }

  #copy(piece: Buffer): Buffer {
    const chunk =
      piece.length < TINY ? Buffer.allocUnsafe(piece.length) : Buffer.allocUnsafeSlow(piece.length)
    copyAcross(piece, chunk, 0)
    this.#inflater.free(piece.length)
    return chunk
  }
}
