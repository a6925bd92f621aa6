const INITIAL_BYTES = 4 * 1024 * 1024

/** Writes msgpack into one growing buffer: quick enough to generate gigabytes, and no code of the product. */
export class Packer {
  #buffer = Buffer.allocUnsafe(INITIAL_BYTES)
  #at = 0

  get size(): number {
    return this.#at
  }

  /** Returns a copy of the bytes written so far and empties the packer. */
  take(): Buffer {
    const bytes = Buffer.from(this.#buffer.subarray(0, this.#at))
    this.#at = 0
    return bytes
  }

  array(length: number): this {
    this.#room(5)
    if (length < 16) return this.#byte(0x90 | length)
    this.#byte(0xdc)
    this.#at = this.#buffer.writeUInt16BE(length, this.#at)
    return this
  }

  map(length: number): this {
    this.#room(5)
    return this.#byte(0x80 | length)
  }

  nil(): this {
    this.#room(1)
    return this.#byte(0xc0)
  }

  boolean(value: boolean): this {
    this.#room(1)
    return this.#byte(value ? 0xc3 : 0xc2)
  }

  /** The shortest form, as every msgpack library writes it. */
  integer(value: number): this {
    this.#room(9)
    if (value >= -32 && value < 0) return this.#byte(0x100 + value)
    if (value < 0) {
      this.#byte(0xd3)
      this.#at = this.#buffer.writeBigInt64BE(BigInt(value), this.#at)
      return this
    }
    if (value < 0x80) return this.#byte(value)
    if (value < 0x100) {
      this.#byte(0xcc)
      return this.#byte(value)
    }
    if (value < 0x10000) {
      this.#byte(0xcd)
      this.#at = this.#buffer.writeUInt16BE(value, this.#at)
      return this
    }
    if (value < 0x100000000) {
      this.#byte(0xce)
      this.#at = this.#buffer.writeUInt32BE(value, this.#at)
      return this
    }
    this.#byte(0xcf)
    this.#at = this.#buffer.writeUInt32BE(Math.floor(value / 0x100000000), this.#at)
    this.#at = this.#buffer.writeUInt32BE(value >>> 0, this.#at)
    return this
  }

  double(value: number): this {
    this.#room(9)
    this.#byte(0xcb)
    this.#at = this.#buffer.writeDoubleBE(value, this.#at)
    return this
  }

  text(value: string): this {
    const length = Buffer.byteLength(value)
    this.#room(5 + length)
    if (length < 32) this.#byte(0xa0 | length)
    else if (length < 0x100) this.#byte(0xd9).#byte(length)
    else {
      this.#byte(0xda)
      this.#at = this.#buffer.writeUInt16BE(length, this.#at)
    }
    this.#at += this.#buffer.write(value, this.#at, 'utf8')
    return this
  }

  #byte(value: number): this {
    this.#buffer[this.#at++] = value
    return this
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.byteLength) return
    const larger = Buffer.allocUnsafe((this.#at + bytes) * 2)
    this.#buffer.copy(larger, 0, 0, this.#at)
    this.#buffer = larger
  }
}
