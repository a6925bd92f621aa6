import { fdatasync, writev, writevSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { Writable } from 'node:stream'
import { ioError, SluiceError, systemCode } from '../../errors.js'

/** Bytes that may wait while a write is under way on the thread pool, so that the encoder need not. */
const HIGH_WATER_MARK = 2 * 1024 * 1024

/**
 * Bytes after which a file's data is sent to the disk, beside the writing. Otherwise all that the system holds in memory
 * would be synced at the end, when there is nothing to do meanwhile.
 */
const SYNC_EVERY = 64 * 1024 * 1024

/**
 * With this many processors or fewer, a thread that writes would take turns with the one that inflates and the one that
 * encodes. A write into the system's memory takes the encoder's thread no longer, and no thread has to be woken.
 */
const FEW_PROCESSORS = 2

/** Milliseconds after which a write has waited for the disk. From then on this thread must not wait. */
const SLOW_WRITE = 20

type Done = (error?: Error | null) => void

export interface FdWritableOptions {
  /** Called with each chunk when the system has all of it. */
  onTaken?: ((chunk: Uint8Array) => void) | undefined
  /**
   * The descriptor is of a regular file whose data is to reach the disk.
   *
   * @default false
   */
  durable?: boolean
  /**
   * Writes are made by the thread that asks for them, until one is slow, rather than on the thread pool.
   *
   * @default where `durable`, on a machine of one or two processors
   */
  direct?: boolean
}

/**
 * Writes to an open descriptor until every byte is taken, at its current position, one system call at a time; chunks that
 * arrive meanwhile go out in the next call. The descriptor stays open: its owner closes it after `close` was emitted and
 * not earlier, because the system may give the number of a closed descriptor to another file.
 */
export class FdWritable extends Writable {
  /** Bytes the system has taken. */
  bytesWritten = 0
  readonly #fd: number
  readonly #name: string
  readonly #onTaken: ((chunk: Uint8Array) => void) | undefined
  #busy = false
  #direct: boolean
  #afterWrite: (() => void) | undefined
  #syncAt: number
  /** The sync that was begun last has ended. */
  #synced = Promise.resolve()
  #syncError: Error | undefined

  /** @param name what error messages call it */
  constructor(fd: number, name: string, options: FdWritableOptions = {}) {
    super({ highWaterMark: HIGH_WATER_MARK })
    this.#fd = fd
    this.#name = name
    const { onTaken, durable = false } = options
    this.#onTaken = onTaken
    this.#direct = options.direct ?? (durable && availableParallelism() <= FEW_PROCESSORS)
    this.#syncAt = durable ? SYNC_EVERY : Number.POSITIVE_INFINITY
  }

  /**
   * Chunks of one turn of the loop go out together at its end: a thread that is woken in the middle of the turn would
   * take the processor from the inflater, while this one has work left.
   */
  override write(...args: unknown[]): boolean {
    if (this.writableCorked === 0) {
      this.cork()
      process.nextTick(() => this.uncork())
    }
    return super.write(...(args as Parameters<Writable['write']>))
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

  /** The end waits for the disk: the system reports lost data once, to the sync that fails, and to no later one. */
  override _final(done: Done): void {
    this.#synced.then(() => done(this.#syncError))
  }

  override _destroy(error: Error | null, done: Done): void {
    const idle = () => this.#synced.then(() => done(error))
    if (this.#busy) this.#afterWrite = idle
    else idle()
  }

  #sync(): void {
    // On a disk slower than the rest the next one comes later.
    this.#syncAt = Number.POSITIVE_INFINITY
    this.#synced = new Promise((resolve) => {
      fdatasync(this.#fd, (cause) => {
        // Node's permission model allows that by a file handle only, as the owner of the descriptor does it in the end.
        if (cause && systemCode(cause) !== 'ERR_ACCESS_DENIED') this.#syncError = ioError(cause, this.#name)
        else this.#syncAt = this.bytesWritten + SYNC_EVERY
        resolve()
      })
    })
  }

  #write(chunks: Uint8Array[], done: Done): void {
    const pending = chunks.filter((chunk) => chunk.byteLength > 0)
    if (pending.length === 0) {
      done()
      return
    }
    this.#busy = true
    this.#call(pending, (error, written) => {
      this.#busy = false
      this.bytesWritten += written
      if (this.#afterWrite !== undefined) return this.#afterWrite()
      if (error) return done(ioError(error, this.#name))
      if (this.#syncError) return done(this.#syncError)
      if (this.bytesWritten >= this.#syncAt) this.#sync()
      if (written === 0) return done(new SluiceError('E_IO', `${this.#name}: the system takes no more bytes`))
      // A short write is not an error of its own: a full disk takes what still fits, and says so the next time.
      this.#write(dropFront(pending, written), done)
    })
  }

  /** One system call. `done` is called later, not within this call. */
  #call(chunks: Uint8Array[], done: (error: Error | null, written: number) => void): void {
    if (!this.#direct) {
      writev(this.#fd, chunks, null, (error, written) => done(error, written ?? 0))
      return
    }
    const began = performance.now()
    try {
      process.nextTick(done, null, writevSync(this.#fd, chunks))
    } catch (error) {
      process.nextTick(done, error as Error, 0)
    }
    if (performance.now() - began > SLOW_WRITE) this.#direct = false
  }
}

function dropFront(chunks: Uint8Array[], count: number): Uint8Array[] {
  let skip = count
  let first = 0
  while (first < chunks.length && chunks[first]!.byteLength <= skip) skip -= chunks[first++]!.byteLength
  return chunks.slice(first).map((chunk, index) => (index === 0 ? chunk.subarray(skip) : chunk))
}
