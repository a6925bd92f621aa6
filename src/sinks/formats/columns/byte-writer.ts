import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'

const PIECE_BYTES = 256 * 1024

/** Pieces kept for reuse, of all files together: as many as an output is likely to have waiting. */
const SPARES = 32

const spares: ArrayBufferLike[] = []

/** Joins bytes to pieces worth a system call, and waits whenever the output has enough. */
export class ByteWriter {
  /** Bytes written so far: where in the file the next one is. */
  offset = 0
  readonly #output: Writable
  #piece: Buffer | undefined
  #length = 0

  constructor(output: Writable) {
    this.#output = output
  }

  /** The bytes may be used again when this resolves. */
  async write(bytes: Uint8Array): Promise<void> {
    this.offset += bytes.length
    for (let from = 0; from < bytes.length; ) {
      const length = Math.min(bytes.length - from, PIECE_BYTES - this.#length)
      this.#piece ??= newPiece()
      this.#piece.set(bytes.subarray(from, from + length), this.#length)
      this.#length += length
      from += length
      if (this.#length === PIECE_BYTES) await this.flush()
    }
  }

  /**
   * Takes a piece back that the output has done with. A row group is written at once; were each of its pieces
   * left to the garbage collector, there would be as many bytes of dead ones.
   */
  recycle({ buffer }: Uint8Array): void {
    if (buffer.byteLength === PIECE_BYTES && spares.length < SPARES) spares.push(buffer)
  }

  async flush(): Promise<void> {
    const piece = this.#piece?.subarray(0, this.#length)
    // The output keeps what it is given for as long as it likes.
    this.#piece = undefined
    this.#length = 0
    if (piece === undefined || this.#output.write(piece)) return
    // A destroyed stream never drains, and it emitted its error already.
    if (this.#output.destroyed) await finished(this.#output)
    await once(this.#output, 'drain')
  }
}

function newPiece(): Buffer {
  const spare = spares.pop()
  return spare === undefined ? Buffer.allocUnsafeSlow(PIECE_BYTES) : Buffer.from(spare)
}
