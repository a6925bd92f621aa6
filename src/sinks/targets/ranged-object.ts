import { Readable } from 'node:stream'
import { SluiceError } from '../../errors.js'
import type { StoredObject } from './contract.js'

/** Bytes of one request where all are read: a connection that breaks costs no more than this. */
const PIECE_BYTES = 8 * 1024 * 1024

/** An object of a store, and how to fetch a part of it. */
export interface StoredVersion {
  /** Name in messages. */
  readonly name: string
  /** As the place tells it: a reply may lack it. */
  readonly size: number | undefined
  /** The bytes from `from` up to `to`, of this version and no other one. @throws SluiceError */
  readonly fetch: (from: number, to: number) => Promise<Uint8Array>
}

/** An object that is read by ranges. */
export class RangedObject implements StoredObject {
  readonly size: number
  readonly #version: StoredVersion

  /** @throws SluiceError `E_PROTOCOL` for a size that is none: without one, no object could be told from an empty one. */
  constructor(version: StoredVersion) {
    const { size, name } = version
    if (size === undefined || !Number.isSafeInteger(size) || size < 0)
      throw new SluiceError('E_PROTOCOL', `${name}: the place does not say how many bytes it has`)
    this.size = size
    this.#version = version
  }

  async slice(from: number, to: number): Promise<Uint8Array> {
    if (from >= to) return new Uint8Array()
    const bytes = await this.#version.fetch(from, to)
    if (bytes.length === to - from) return bytes
    throw changedObject(this.#version.name)
  }

  stream(): Readable {
    return Readable.from(this.#pieces(), { objectMode: false })
  }

  async *#pieces(): AsyncGenerator<Uint8Array> {
    const { size } = this
    for (let from = 0; from < size; from += PIECE_BYTES)
      yield await this.slice(from, Math.min(size, from + PIECE_BYTES))
  }
}

/** The failure of a reader whose object was replaced. */
export function changedObject(name: string, cause?: unknown): SluiceError {
  return new SluiceError('E_SIZE_MISMATCH', `${name} changed while it was read`, { cause })
}
