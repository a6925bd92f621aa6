import { Buffer } from 'node:buffer'

/** Where something lies: its distance from the end, as buffers are written from back to front. */
export type FlatOffset = number & { readonly isFlatOffset: true }

/** A field of a table; one of `undefined` is left out. */
export type FlatField = readonly [kind: keyof typeof SIZES, value: number | FlatOffset] | undefined

/** Bytes of a scalar, which lies at a multiple of them. */
const SIZES = { i8: 1, i16: 2, i32: 4, i64: 8, offset: 4 } as const

/**
 * Writes a FlatBuffer, the encoding of Arrow's metadata: https://flatbuffers.dev/internals. What a table refers to is
 * written before it.
 */
export class FlatBuffer {
  #bytes = Buffer.alloc(1024)
  #used = 0

  text(value: string): FlatOffset {
    const length = Buffer.byteLength(value)
    // With a zero behind it, which is not counted.
    this.#align(4, length + 1)
    this.#grow(length + 1)
    this.#bytes.write(value, this.#at)
    return this.#count(length)
  }

  offsets(items: readonly FlatOffset[]): FlatOffset {
    this.#align(4, items.length * 4)
    for (let i = items.length - 1; i >= 0; i--) this.#offset(items[i]!)
    return this.#count(items.length)
  }

  /** Structs that are encoded already and hold numbers of 64 bits. */
  structs(bytes: Uint8Array, count: number): FlatOffset {
    this.#align(8, bytes.length)
    this.#grow(bytes.length)
    this.#bytes.set(bytes, this.#at)
    return this.#count(count)
  }

  table(...fields: readonly FlatField[]): FlatOffset {
    const end = this.#used
    const places = fields.map((field) => {
      if (field === undefined) return 0
      this.#scalar(...field)
      return this.#used
    })
    this.#align(4)
    this.#grow(4)
    const table = this.#used
    // The table of where the fields are, from which readers tell those that were left out: those at 0.
    for (const place of places.reverse()) this.#number(2, place === 0 ? 0 : table - place)
    this.#number(2, table - end)
    this.#number(2, 4 + 2 * fields.length)
    this.#bytes.writeInt32LE(this.#used - table, this.#bytes.length - table)
    return table as FlatOffset
  }

  /** The whole, a multiple of 8 bytes. The bytes are of their own. */
  finish(root: FlatOffset): Buffer {
    this.#align(8, 4)
    this.#offset(root)
    return Buffer.from(this.#bytes.subarray(this.#at))
  }

  get #at(): number {
    return this.#bytes.length - this.#used
  }

  #scalar(kind: keyof typeof SIZES, value: number): void {
    this.#align(SIZES[kind])
    if (kind === 'offset') this.#offset(value as FlatOffset)
    else this.#number(SIZES[kind], value)
  }

  /** Offsets lead from where they stand towards the end. */
  #offset(to: FlatOffset): void {
    this.#number(4, this.#used + 4 - to)
  }

  #number(size: number, value: number): void {
    this.#grow(size)
    if (size === 8) this.#bytes.writeBigInt64LE(BigInt(value), this.#at)
    else this.#bytes.writeIntLE(value, this.#at, size)
  }

  #count(count: number): FlatOffset {
    this.#number(4, count)
    return this.#used as FlatOffset
  }

  /** Fills up, so that what follows after `more` bytes lies at a multiple of `size`. */
  #align(size: number, more = 0): void {
    this.#grow(-(this.#used + more) & (size - 1))
  }

  #grow(bytes: number): void {
    const used = this.#used + bytes
    if (used > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(used, this.#bytes.length * 2))
      this.#bytes.copy(larger, larger.length - this.#used, this.#at)
      this.#bytes = larger
    }
    this.#used = used
  }
}
