import { Buffer } from 'node:buffer'

const BLOCK_BYTES = 1024 * 1024

/**
 * Keeps the pages of a row group until it closes, since the pages of a column lie together in the file. Its memory
 * is used again for the next row group.
 */
export class PageStore {
  readonly #blocks: Buffer[] = []
  /** Bytes kept, and so where the next ones go. */
  bytes = 0

  /** Copies the bytes, which then begin where `bytes` was. */
  keep(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      const at = this.bytes % BLOCK_BYTES
      const length = Math.min(bytes.length - from, BLOCK_BYTES - at)
      this.#block(this.bytes).set(bytes.subarray(from, from + length), at)
      this.bytes += length
      from += length
    }
  }

  /** The kept bytes from `start` to `end`, in pieces that are valid until `clear`. */
  *read(start: number, end: number): Iterable<Uint8Array> {
    for (let from = start; from < end; ) {
      const at = from % BLOCK_BYTES
      const length = Math.min(end - from, BLOCK_BYTES - at)
      yield this.#block(from).subarray(at, at + length)
      from += length
    }
  }

  /** A copy of what was kept from `start` to `end`. */
  copy(start: number, end: number): Buffer {
    return Buffer.concat([...this.read(start, end)])
  }

  /** Memory that is kept for the next row group. */
  get memoryBytes(): number {
    return this.#blocks.length * BLOCK_BYTES
  }

  clear(): void {
    this.bytes = 0
  }

  #block(position: number): Buffer {
    const index = Math.floor(position / BLOCK_BYTES)
    this.#blocks[index] ??= Buffer.allocUnsafeSlow(BLOCK_BYTES)
    return this.#blocks[index]
  }
}
