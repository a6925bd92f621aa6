import { writev } from 'node:fs'
import { Writable } from 'node:stream'
import { ioError, SluiceError } from '../errors.js'

/** Bytes that may wait while a write is under way on the thread pool, so that the encoder need not. */
const HIGH_WATER_MARK = 4 * 1024 * 1024

type Done = (error?: Error | null) => void

/**
 * Writes to an open descriptor until every byte is taken, at its current position, one system call at a time; what
 * piled up meanwhile goes out in the next one. The descriptor stays open: whoever opened it closes it, after `close`
 * was emitted and not earlier, because the number of a closed descriptor may be given to another file.
 */
export class FdWritable extends Writable {
  /** Bytes the system has taken. */
  bytesWritten = 0
  readonly #fd: number
  readonly #name: string
  readonly #onTaken: ((chunk: Uint8Array) => void) | undefined
  #busy = false
  #afterWrite: (() => void) | undefined

  /**
   * @param name what error messages call it
   * @param onTaken called with each chunk when the system has all of it
   */
  constructor(fd: number, name: string, onTaken?: (chunk: Uint8Array) => void) {
    super({ highWaterMark: HIGH_WATER_MARK })
    this.#fd = fd
    this.#name = name
    this.#onTaken = onTaken
  }

  override _write(chunk: Uint8Array, _encoding: string, done: Done): void {
    this.#writeAll([chunk], done)
  }

  override _writev(items: { chunk: Uint8Array }[], done: Done): void {
    this.#writeAll(
      items.map((item) => item.chunk),
      done,
    )
  }

  #writeAll(chunks: Uint8Array[], done: Done): void {
    this.#write(chunks, (error) => {
      if (!error && this.#onTaken !== undefined) for (const chunk of chunks) this.#onTaken(chunk)
      done(error)
    })
  }

  override _destroy(error: Error | null, done: Done): void {
    if (this.#busy) this.#afterWrite = () => done(error)
    else done(error)
  }

  #write(chunks: Uint8Array[], done: Done): void {
    const pending = chunks.filter((chunk) => chunk.byteLength > 0)
    if (pending.length === 0) {
      done()
      return
    }
    this.#busy = true
    writev(this.#fd, pending, null, (error, written) => {
      this.#busy = false
      this.bytesWritten += written ?? 0
      if (this.#afterWrite !== undefined) return this.#afterWrite()
      if (error) return done(ioError(error, this.#name))
      if (written === 0) return done(new SluiceError('E_IO', `${this.#name}: the system takes no more bytes`))
      // A short write is not an error of its own: a full disk takes what still fits, and says so the next time.
      this.#write(dropFront(pending, written), done)
    })
  }
}

function dropFront(chunks: Uint8Array[], count: number): Uint8Array[] {
  let skip = count
  let first = 0
  while (first < chunks.length && chunks[first]!.byteLength <= skip) skip -= chunks[first++]!.byteLength
  return chunks.slice(first).map((chunk, index) => (index === 0 ? chunk.subarray(skip) : chunk))
}
