import { Buffer } from 'node:buffer'

const BLOCK_BYTES = 1024 * 1024

/**
 * Keeps the pages of a row group until it closes, since the pages of a column lie together in the file. Its memory
 * is used again for the next row group.
 */
export class PageStore {
  readonly #blocks: Buffer[] = []
  #block = -1
  #at = BLOCK_BYTES
  /** Bytes kept. */
  bytes = 0

  /** Copies the bytes; appends where they are to `parts`. */
  keep(bytes: Uint8Array, parts: Uint8Array[]): void {
    this.bytes += bytes.length
    for (let from = 0; from < bytes.length; ) {
      if (this.#at === BLOCK_BYTES) this.#next()
      const block = this.#blocks[this.#block]!
      const length = Math.min(bytes.length - from, BLOCK_BYTES - this.#at)
      block.set(bytes.subarray(from, from + length), this.#at)
      parts.push(block.subarray(this.#at, this.#at + length))
      this.#at += length
      from += length
    }
  }

  clear(): void {
    this.#block = -1
    this.#at = BLOCK_BYTES
    this.bytes = 0
  }

  #next(): void {
    this.#block++
    this.#blocks[this.#block] ??= Buffer.allocUnsafeSlow(BLOCK_BYTES)
    this.#at = 0
  }
}
