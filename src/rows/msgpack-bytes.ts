import { Buffer } from 'node:buffer'

const INT64_MIN = -(2n ** 63n)
const UINT64_MAX = 2n ** 64n - 1n

/** Collects msgpack values one after another, with every integer and the order of every map as they are. */
export class MsgpackBytes {
  readonly #parts: Buffer[] = []

  nil(): void {
    this.#byte(0xc0)
  }

  boolean(value: boolean): void {
    this.#byte(value ? 0xc3 : 0xc2)
  }

  double(value: number): void {
    const part = Buffer.alloc(9)
    part[0] = 0xcb
    part.writeDoubleBE(value, 1)
    this.#parts.push(part)
  }

  /** False, and nothing written, for one beyond 64 bits. */
  integer(value: bigint): boolean {
    if (value < INT64_MIN || value > UINT64_MAX) return false
    const part = Buffer.alloc(9)
    part[0] = value < 0n ? 0xd3 : 0xcf
    part.writeBigUInt64BE(BigInt.asUintN(64, value), 1)
    this.#parts.push(part)
    return true
  }

  text(value: string): void {
    const bytes = Buffer.from(value)
    this.#header(0xdb, bytes.length)
    this.#parts.push(bytes)
  }

  array(elements: number): void {
    this.#header(0xdd, elements)
  }

  map(pairs: number): void {
    this.#header(0xdf, pairs)
  }

  take(): Buffer {
    return Buffer.concat(this.#parts)
  }

  #byte(byte: number): void {
    this.#parts.push(Buffer.of(byte))
  }

  #header(type: number, count: number): void {
    const part = Buffer.alloc(5)
    part[0] = type
    part.writeUInt32BE(count, 1)
    this.#parts.push(part)
  }
}
