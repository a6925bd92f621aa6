import { createHash } from 'node:crypto'

/**
 * Bytes that a body begins with, as most results are small; it becomes four times as large, and after the last of these steps
 * as large as a part. Memory that nothing was written to takes no room, whereas what a step leaves behind stays until it is collected.
 */
const FIRST_BYTES = 64 * 1024
const GROWTH = 4
const LAST_STEP_BYTES = 1024 * 1024

/**
 * Memory of parts that were sent, whatever output they were of: it is outside of V8's heap, which would collect it late, and a store
 * that is quick needs only two pieces of it. Used again by those of the same size, the last one first.
 */
let idle: Buffer[] = []
const MOST_IDLE = 4

/** The bytes of one part, gathered from chunks that may be used again afterwards. */
export class PartBody {
  readonly #size: number
  #memory: Buffer
  #length = 0
  readonly #md5 = createHash('md5')

  /** @param size how many bytes it takes at most @param whole whether to get all the memory at once */
  constructor(size: number, whole = false) {
    this.#size = size
    this.#memory = whole ? wholeMemory(size) : Buffer.allocUnsafeSlow(Math.min(size, FIRST_BYTES))
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

  /** Gives its memory back: it must not be used any more. */
  release(): void {
    if (this.#memory.length === this.#size && idle.length < MOST_IDLE) idle.push(this.#memory)
    this.#memory = Buffer.alloc(0)
    this.#length = 0
  }

  #reserve(length: number): void {
    if (length <= this.#memory.length) return
    const step = Math.max(length, GROWTH * this.#memory.length)
    const memory = step > LAST_STEP_BYTES ? wholeMemory(this.#size) : Buffer.allocUnsafeSlow(step)
    memory.set(this.bytes)
    this.#memory = memory
  }
}

function wholeMemory(size: number): Buffer {
  idle = idle.filter((memory) => memory.length === size)
  return idle.pop() ?? Buffer.allocUnsafeSlow(size)
}

/** To be called when no output needs it any more. */
export function forgetIdleMemory(): void {
  idle = []
}
