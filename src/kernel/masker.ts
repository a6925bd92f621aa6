import { createHash } from 'node:crypto'
import type { Limits } from '../model/limits.js'
import type { MaskKind } from '../model/masks.js'
import type { ResultSchema } from '../model/schema.js'
import { kernelFailure, truncated } from './failure.js'
import { KernelInstance } from './instance.js'
import { maskSettings } from './settings.js'

/** A column of a result that is masked. */
export interface MaskedColumn {
  /** Its place in the rows, counted from 0. */
  readonly source: number
  readonly mask: MaskKind
}

/**
 * Masks cells of msgpack rows, which stay msgpack rows. Throws while it works what an encoder of the same rows throws; no
 * message shows a value of a masked column.
 */
export class RowMasker {
  readonly #instance: KernelInstance

  /** @param columns in the order of the row, each once @param key of the hashes, where there are any */
  constructor(
    schema: ResultSchema,
    columns: readonly MaskedColumn[],
    key: Uint8Array | undefined,
    limits: Partial<Limits>,
  ) {
    const settings = maskSettings(schema.columns.length, columns, key && keyBlocks(key), limits)
    this.#instance = new KernelInstance((kernel) =>
      kernelFailure(kernel, {
        limits: settings.limits,
        width: settings.width,
        name: (column) => schema.columns[column]?.name,
      }),
    )
    this.#instance.configure(settings)
  }

  /** Takes a chunk and yields rows in pieces, as `RowEncoder.push`. */
  *push(chunk: Uint8Array): Iterable<Uint8Array> {
    for (const _ of this.#instance.feed(chunk)) yield this.#instance.take()
  }

  /** Gives back a piece that will not be read again, to be written over. Optional. */
  recycle(piece: Uint8Array): void {
    this.#instance.recycle(piece)
  }

  /** Gives the memory back for other rows, after `end`. Nothing may be called afterwards but `recycle`. Nobody has to. */
  release(): void {
    this.#instance.release()
  }

  /** The remaining rows. Throws `E_MSGPACK_TRUNCATED` when the data ended inside a row. */
  *end(): Iterable<Uint8Array> {
    const rest = this.#instance.take()
    if (rest.length > 0) yield rest
    const { pendingBytes, rows } = this.#instance
    if (pendingBytes > 0) throw truncated(rows, pendingBytes)
  }
}

/** Bytes of a block of SHA-256. */
const BLOCK = 64

/** The first blocks of the two hashes of HMAC: https://www.rfc-editor.org/rfc/rfc2104#section-2 */
function keyBlocks(key: Uint8Array): Uint8Array {
  const short = key.length > BLOCK ? createHash('sha256').update(key).digest() : key
  const blocks = new Uint8Array(2 * BLOCK).fill(0x36, 0, BLOCK).fill(0x5c, BLOCK)
  short.forEach((byte, i) => {
    blocks[i]! ^= byte
    blocks[BLOCK + i]! ^= byte
  })
  return blocks
}
