import { Readable } from 'node:stream'
import { SluiceError } from '../../errors.js'
import type { StoredObject } from './contract.js'

/** Bytes of one request where all are read: a connection that breaks costs no more than this. */
const PIECE_BYTES = 8 * 1024 * 1024

/** An object of a store, and how to fetch a part of it. */
export interface StoredVersion {
  /** Name in messages. */
  readonly name: string
  readonly size: number
  /** The bytes from `from` up to `to`, of this version and no other one. @throws SluiceError */
  readonly fetch: (from: number, to: number) => Promise<Uint8Array>
}

/** An object that is read by ranges. */
export class RangedObject implements StoredObject {
  readonly #version: StoredVersion

  constructor(version: StoredVersion) {
    this.#version = version
  }

  get size(): number {
    return this.#version.size
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
