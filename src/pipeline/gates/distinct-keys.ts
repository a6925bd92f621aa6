import { Buffer } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ioError } from '../../errors.js'
import { HASH_PARTS, HASH_WORDS } from '../../kernel/numbers.js'
import { Repeats } from '../../kernel/repeats.js'
import type { HashRuns } from '../../kernel/watcher.js'

/** Numbers of the longest piece of a part: 64 KiB. */
const PIECE = 16 * 1024
const FIRST_PIECE = 64 * HASH_WORDS

/** Numbers that are read from the file at once: 1 MiB. */
const STORED_PIECE = 16 * PIECE

/** Bytes in memory before all go to a file. */
const MOST_BYTES = 256 * 1024 * 1024

/** Hashes that lie in the file together. */
interface Extent {
  readonly at: number
  readonly bytes: number
}

class Part {
  readonly full: Int32Array[] = []
  readonly stored: Extent[] = []
  open = new Int32Array(FIRST_PIECE)
  used = 0
  hashes = 0
}

/** The hashes of one key: how many rows there are whose key was there before. */
export class DistinctKeys {
  readonly #parts = Array.from({ length: HASH_PARTS }, () => new Part())
  readonly #mostBytes: number
  #bytes = 0
  #file: FileHandle | undefined
  #fileBytes = 0

  /** @param share of the memory, where there are several keys */
  constructor(share = 1, mostBytes = MOST_BYTES) {
    this.#mostBytes = mostBytes / share
  }

  /** Whether {@link spill} has to be called before more is added. */
  get isFull(): boolean {
    return this.#bytes > this.#mostBytes
  }

  /** Takes the hashes of a key, by its number among those of the rows. */
  add({ hashes, ends }: HashRuns, key = 0): void {
    const first = key * HASH_PARTS
    let at = first === 0 ? 0 : ends[first - 1]! * HASH_WORDS
    for (let i = 0; i < HASH_PARTS; i++) {
      const end = ends[first + i]! * HASH_WORDS
      if (end > at) this.#put(this.#parts[i]!, hashes.subarray(at, end))
      at = end
    }
  }

  #put(part: Part, hashes: Int32Array): void {
    part.hashes += hashes.length / HASH_WORDS
    let rest = hashes
    for (let room = part.open.length - part.used; rest.length > room; room = part.open.length) {
      part.open.set(rest.subarray(0, room), part.used)
      rest = rest.subarray(room)
      this.#nextPiece(part)
    }
    part.open.set(rest, part.used)
    part.used += rest.length
  }

  #nextPiece(part: Part): void {
    part.full.push(part.open)
    this.#bytes += part.open.byteLength
    part.open = new Int32Array(Math.min(PIECE, part.open.length * 4))
    part.used = 0
  }

  /** Moves all that is in memory to a temporary file. @throws SluiceError `E_NO_SPACE` or `E_IO`. */
  async spill(): Promise<void> {
    try {
      this.#file ??= await openNameless()
      for (const part of this.#parts) {
        const pieces = [...part.full, part.open.subarray(0, part.used)]
        const bytes = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0)
        await writeAll(this.#file, pieces, this.#fileBytes)
        part.stored.push({ at: this.#fileBytes, bytes })
        this.#fileBytes += bytes
        part.full.length = 0
        part.used = 0
      }
      this.#bytes = 0
    } catch (error) {
      throw ioError(error, `the temporary file in ${tmpdir()} for keys that must be unique`)
    }
  }

  /** How many hashes were added that were there before. To be called once. @throws SluiceError `E_IO`, or `E_UNSUPPORTED` without memory. */
  async repeated(): Promise<number> {
    const repeats = new Repeats()
    let repeated = 0
    for (const part of this.#parts) {
      repeats.begin(part.hashes)
      for (const piece of [...part.full, part.open.subarray(0, part.used)]) repeated += repeats.count(piece)
      for (const extent of part.stored)
        for await (const piece of this.#stored(extent)) repeated += repeats.count(piece)
    }
    repeats.release()
    return repeated
  }

  /** Lets go of the temporary file. Never rejects. */
  async close(): Promise<void> {
    await this.#file?.close().catch(() => {})
    this.#file = undefined
  }

  async *#stored({ at, bytes }: Extent): AsyncGenerator<Int32Array> {
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

/** A temporary file that has lost its name already, so that nothing is left of it however the process ends. */
async function openNameless(): Promise<FileHandle> {
  const path = join(tmpdir(), `td-sluice-${randomUUID()}.keys`)
  const file = await open(path, 'wx+', 0o600)
  await rm(path, { force: true })
  return file
}

async function writeAll(file: FileHandle, pieces: readonly Int32Array[], at: number): Promise<void> {
  let position = at
  for (const piece of pieces) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position)
      done += bytesWritten
      position += bytesWritten
    }
  }
}
