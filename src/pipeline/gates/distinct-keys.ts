import { Buffer } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ioError } from '../../errors.js'
import { HASH_WORDS } from '../../kernel/watcher.js'

/** Hashes are divided by their first byte, so that each part can be looked through in a processor's cache. */
const PARTS = 256

/** Numbers of the longest piece of a part: 64 KiB. */
const PIECE = 16 * 1024
const FIRST_PIECE = 64 * HASH_WORDS

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
  readonly #parts = Array.from({ length: PARTS }, () => new Part())
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

  /** Takes the hash at `at`, unless it is all zeros. */
  add(words: Int32Array, at: number): void {
    const first = words[at]!
    const second = words[at + 1]!
    if (first === 0 && second === 0) return
    const part = this.#parts[first & (PARTS - 1)]!
    if (part.used === part.open.length) this.#nextPiece(part)
    const { open, used } = part
    open[used] = first
    open[used + 1] = second
    open[used + 2] = words[at + 2]!
    open[used + 3] = words[at + 3]!
    part.used = used + HASH_WORDS
    part.hashes++
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

  /** How many hashes were added that were there before. To be called once. @throws SluiceError `E_IO`. */
  async repeated(): Promise<number> {
    const most = Math.max(...this.#parts.map(({ hashes }) => hashes))
    const table = new Int32Array(sizeFor(most) * HASH_WORDS)
    let repeated = 0
    for (const part of this.#parts) {
      const slots = sizeFor(part.hashes)
      table.fill(0, 0, slots * HASH_WORDS)
      for (const piece of [...part.full, part.open.subarray(0, part.used)])
        repeated += countRepeated(table, slots, piece)
      for (const extent of part.stored) repeated += countRepeated(table, slots, await this.#stored(extent))
    }
    return repeated
  }

  /** Lets go of the temporary file. Never rejects. */
  async close(): Promise<void> {
    await this.#file?.close().catch(() => {})
    this.#file = undefined
  }

  async #stored({ at, bytes }: Extent): Promise<Int32Array> {
    const piece = new Int32Array(bytes / 4)
    try {
      const { bytesRead } = await this.#file!.read(Buffer.from(piece.buffer), 0, bytes, at)
      if (bytesRead !== bytes) throw new Error('it ends too early')
    } catch (error) {
      throw ioError(error, `the temporary file in ${tmpdir()} for keys that must be unique`)
    }
    return piece
  }
}

/** A temporary file that has lost its name already, so that nothing is left of it however the process ends. */
async function openNameless(): Promise<FileHandle> {
  const path = join(tmpdir(), `td-sluice-${randomUUID()}.keys`)
  const file = await open(path, 'wx+', 0o600)
  await rm(path, { force: true })
  return file
}

/** Slots of a table that is at most half full. */
function sizeFor(hashes: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, hashes) * 2))
}

/** Puts hashes into a table of `slots` slots; zeros stand for an empty one, which no hash is. */
function countRepeated(table: Int32Array, slots: number, hashes: Int32Array): number {
  const last = slots - 1
  let repeated = 0
  for (let i = 0; i < hashes.length; i += HASH_WORDS) {
    const first = hashes[i]!
    const second = hashes[i + 1]!
    const third = hashes[i + 2]!
    const fourth = hashes[i + 3]!
    let slot = second & last
    for (;;) {
      const at = slot * HASH_WORDS
      if (
        table[at] === first &&
        table[at + 1] === second &&
        table[at + 2] === third &&
        table[at + 3] === fourth
      ) {
        repeated++
        break
      }
      if (table[at] === 0 && table[at + 1] === 0) {
        table[at] = first
        table[at + 1] = second
        table[at + 2] = third
        table[at + 3] = fourth
        break
      }
      slot = (slot + 1) & last
    }
  }
  return repeated
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
