import { createHash } from 'node:crypto'

/** Bytes that a body begins with; it doubles until it has the size of a part, as most results are small. */
const FIRST_BYTES = 64 * 1024

/** The bytes of one part, gathered from chunks that may be used again afterwards. */
export class PartBody {
  readonly #size: number
  #memory: Buffer
  #length = 0
  #md5 = createHash('md5')

  /** @param size how many bytes it takes at most @param whole whether to get all the memory at once */
  constructor(size: number, whole = false) {
    this.#size = size
    this.#memory = Buffer.allocUnsafeSlow(whole ? size : Math.min(size, FIRST_BYTES))
  }

  get length(): number {
    return this.#length
  }

  get isFull(): boolean {
    return this.#length === this.#size
  }

  get bytes(): Buffer {
    return this.#memory.subarray(0, this.#length)
  }

  /** Of its bytes, as the last of them was taken: to be called once. */
  digest(): Buffer {
    return this.#md5.digest()
  }

  /** Copies as much of a chunk as there is room for, and returns how much that is. */
  take(chunk: Uint8Array): number {
    const taken = chunk.subarray(0, this.#size - this.#length)
    this.#reserve(this.#length + taken.length)
    this.#memory.set(taken, this.#length)
    this.#length += taken.length
    // Piece by piece: the digest of a whole part would keep the thread for 30 ms.
    this.#md5.update(taken)
    return taken.length
  }

  /** Makes it empty; its memory is used again. */
  clear(): this {
    this.#length = 0
    this.#md5 = createHash('md5')
    return this
  }

  #reserve(length: number): void {
    if (length <= this.#memory.length) return
    const memory = Buffer.allocUnsafeSlow(Math.min(this.#size, Math.max(length, 2 * this.#memory.length)))
    memory.set(this.bytes)
    this.#memory = memory
  }
}
