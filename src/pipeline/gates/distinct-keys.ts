import { Buffer } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ioError } from '../../errors.js'
import { HASH_PARTS, HASH_WORDS, REPEATS_INPUT } from '../../kernel/numbers.js'
import { Repeats } from '../../kernel/repeats.js'
import type { HashRuns } from '../../kernel/watcher.js'

/** Numbers that are written to the file, or read from it, at once: 1 MiB. */
const STORED_PIECE = 256 * 1024

/** Bytes in memory before all go to a file. */
const MOST_BYTES = 256 * 1024 * 1024

/** Hashes that lie in the file together. */
interface Extent {
  readonly at: number
  readonly bytes: number
}

/** The hashes of all keys: how many rows there are whose key was there before. */
export class DistinctKeys {
  readonly #mostBytes: number
  /** As they came. A copy for each part would be a small one for every 64 rows. */
  readonly #blocks: HashRuns[] = []
  #bytes = 0
  /** What went to the file, by key and part. */
  readonly #stored: readonly Extent[][]
  #file: FileHandle | undefined
  #fileBytes = 0

  /** @param keys of a row */
  constructor(keys: number, mostBytes = MOST_BYTES) {
    this.#stored = Array.from({ length: keys * HASH_PARTS }, () => [])
    this.#mostBytes = mostBytes
  }

  /** Whether {@link spill} has to be called before more is added. */
  get isFull(): boolean {
    return this.#bytes > this.#mostBytes
  }

  /** Takes a copy of hashes. */
  add({ hashes, ends }: HashRuns): void {
    this.#blocks.push({ hashes: hashes.slice(), ends: ends.slice() })
    this.#bytes += hashes.byteLength + ends.byteLength
  }

  /** Moves all that is in memory to a temporary file. @throws SluiceError `E_NO_SPACE` or `E_IO`. */
  async spill(): Promise<void> {
    const piece = new Int32Array(STORED_PIECE)
    try {
      this.#file ??= await openNameless()
      for (const [run, extents] of this.#stored.entries()) {
        const at = this.#fileBytes
        for (const some of this.#held(run, piece)) await this.#write(some)
        if (this.#fileBytes > at) extents.push({ at, bytes: this.#fileBytes - at })
      }
      this.#blocks.length = 0
      this.#bytes = 0
    } catch (error) {
      throw ioError(error, `the temporary file in ${tmpdir()} for keys that must be unique`)
    }
  }

  /** How many hashes of a key were added that were there before. @throws SluiceError `E_IO`, or `E_UNSUPPORTED` without memory. */
  async repeated(key: number): Promise<number> {
    const repeats = new Repeats()
    const piece = new Int32Array(REPEATS_INPUT * HASH_WORDS)
    let repeated = 0
    try {
      for (let run = key * HASH_PARTS; run < (key + 1) * HASH_PARTS; run++) {
        repeats.begin(this.#hashesOf(run))
        for (const some of this.#held(run, piece)) repeated += repeats.count(some)
        for (const extent of this.#stored[run]!)
          for await (const some of this.#read(extent)) repeated += repeats.count(some)
      }
    } finally {
      repeats.release()
    }
    return repeated
  }

  /** Lets go of the temporary file. Never rejects. */
  async close(): Promise<void> {
    await this.#file?.close().catch(() => {})
    this.#file = undefined
  }

  #hashesOf(run: number): number {
    const held = this.#blocks.reduce((sum, { ends }) => sum + ends[run]! - beginOf(ends, run), 0)
    return this.#stored[run]!.reduce((sum, { bytes }) => sum + bytes / (4 * HASH_WORDS), held)
  }

  /** The hashes of a part that are in memory, put together in `piece` as long as it is. */
  *#held(run: number, piece: Int32Array): Generator<Int32Array> {
    let used = 0
    for (const { hashes, ends } of this.#blocks) {
      let rest = hashes.subarray(beginOf(ends, run) * HASH_WORDS, ends[run]! * HASH_WORDS)
      for (let room = piece.length - used; rest.length > room; room = piece.length) {
        piece.set(rest.subarray(0, room), used)
        yield piece
        used = 0
        rest = rest.subarray(room)
      }
      piece.set(rest, used)
      used += rest.length
    }
    if (used > 0) yield piece.subarray(0, used)
  }

  async #write(hashes: Int32Array): Promise<void> {
    const bytes = Buffer.from(hashes.buffer, hashes.byteOffset, hashes.byteLength)
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#file!.write(bytes, done, bytes.length - done, this.#fileBytes)
      done += bytesWritten
      this.#fileBytes += bytesWritten
    }
  }

  async *#read({ at, bytes }: Extent): AsyncGenerator<Int32Array> {
    const piece = new Int32Array(Math.min(bytes / 4, STORED_PIECE))
    for (let done = 0; done < bytes; ) {
      const some = piece.subarray(0, (bytes - done) / 4)
      try {
        const { bytesRead } = await this.#file!.read(Buffer.from(some.buffer), 0, some.byteLength, at + done)
        if (bytesRead !== some.byteLength) throw new Error('it ends too early')
      } catch (error) {
        throw ioError(error, `the temporary file in ${tmpdir()} for keys that must be unique`)
      }
      yield some
      done += some.byteLength
    }
  }
}

/** Where a part begins, in hashes: where the one before it ends. */
function beginOf(ends: Uint32Array, run: number): number {
  return run === 0 ? 0 : ends[run - 1]!
}

/** A temporary file that has lost its name already, so that nothing is left of it however the process ends. */
async function openNameless(): Promise<FileHandle> {
  const path = join(tmpdir(), `td-sluice-${randomUUID()}.keys`)
  const file = await open(path, 'wx+', 0o600)
  await rm(path, { force: true })
  return file
}
