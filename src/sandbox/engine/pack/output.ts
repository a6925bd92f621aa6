const FIRST_CAPACITY = 1024 * 1024

/** Appends msgpack to a buffer that grows. Formats: https://github.com/msgpack/msgpack/blob/master/spec.md */
export class Output {
  #bytes = Buffer.allocUnsafe(FIRST_CAPACITY)
  #view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length)
  #at = 0

  /** Bytes waiting to be taken. */
  get length(): number {
    return this.#at
  }

  /** Hands over what was written and starts anew. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#at))
    this.#at = 0
    return taken
  }

  #reserve(count: number): number {
    const at = this.#at
    if (at + count > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, at + count))
      larger.set(this.#bytes.subarray(0, at))
      this.#bytes = larger
      this.#view = new DataView(larger.buffer, larger.byteOffset, larger.length)
    }
    this.#at = at + count
    return at
  }

  nil(): void {
    const at = this.#reserve(1)
    this.#bytes[at] = 0xc0
  }

  boolean(value: boolean): void {
    const at = this.#reserve(1)
    this.#bytes[at] = value ? 0xc3 : 0xc2
  }

  /** An integer of at most 53 bits, in its shortest form, as the msgpack libraries of Java and Ruby write it. */
  integer(value: number): void {
    if (value >= 0) this.#natural(value)
    else if (value >= -0x20) this.#header(0, 0, value & 0xff)
    else if (value >= -0x80) this.#header(1, value & 0xff, 0xd0)
    else if (value >= -0x8000) this.#header(2, value & 0xffff, 0xd1)
    else if (value >= -0x80000000) this.#header(4, value >>> 0, 0xd2)
    else this.int64(Math.floor(value / 0x100000000), value >>> 0)
  }

  #natural(value: number): void {
    if (value < 0x80) this.#header(0, 0, value)
    else if (value <= 0xff) this.#header(1, value, 0xcc)
    else if (value <= 0xffff) this.#header(2, value, 0xcd)
    else if (value <= 0xffffffff) this.#header(4, value, 0xce)
    else this.uint64(Math.floor(value / 0x100000000), value >>> 0)
  }

  /** A format byte and `width` (0, 1, 2 or 4) bytes of an unsigned number. */
  #header(width: number, value: number, format: number): void {
    const at = this.#reserve(1 + width)
    const bytes = this.#bytes
    bytes[at] = format
    if (width === 1) bytes[at + 1] = value
    else if (width === 2) this.#view.setUint16(at + 1, value)
    else if (width === 4) this.#view.setUint32(at + 1, value)
  }

  int64(high: number, low: number): void {
    this.#wide(0xd3, high, low)
  }

  uint64(high: number, low: number): void {
    this.#wide(0xcf, high, low)
  }

  #wide(format: number, high: number, low: number): void {
    const at = this.#reserve(9)
    this.#bytes[at] = format
    this.#view.setInt32(at + 1, high)
    this.#view.setInt32(at + 5, low)
  }

  float32(value: number): void {
    const at = this.#reserve(5)
    this.#bytes[at] = 0xca
    this.#view.setFloat32(at + 1, value)
  }

  float64(value: number): void {
    const at = this.#reserve(9)
    this.#bytes[at] = 0xcb
    this.#view.setFloat64(at + 1, value)
  }

  /** Text, given as UTF-8 in a part of another buffer. */
  text(source: Buffer, start: number, length: number): void {
    if (length < 32) this.#header(0, 0, 0xa0 | length)
    else if (length <= 0xff) this.#header(1, length, 0xd9)
    else if (length <= 0xffff) this.#header(2, length, 0xda)
    else this.#header(4, length, 0xdb)
    this.#copy(source, start, length)
  }

  /** ASCII text. */
  ascii(text: string): void {
    const at = this.#reserve(1 + text.length)
    const bytes = this.#bytes
    bytes[at] = 0xa0 | text.length
    for (let i = 0; i < text.length; i++) bytes[at + 1 + i] = text.charCodeAt(i)
  }

  binary(source: Buffer, start: number, length: number): void {
    if (length <= 0xff) this.#header(1, length, 0xc4)
    else if (length <= 0xffff) this.#header(2, length, 0xc5)
    else this.#header(4, length, 0xc6)
    this.#copy(source, start, length)
  }

  /** Short pieces are copied here: calling into the engine's copy costs more than the copy. */
  #copy(source: Buffer, start: number, length: number): void {
    const at = this.#reserve(length)
    const bytes = this.#bytes
    if (length > 48) source.copy(bytes, at, start, start + length)
    else for (let i = 0; i < length; i++) bytes[at + i] = source[start + i]!
  }

  array(length: number): void {
    if (length < 16) this.#header(0, 0, 0x90 | length)
    else if (length <= 0xffff) this.#header(2, length, 0xdc)
    else this.#header(4, length, 0xdd)
  }

  map(length: number): void {
    if (length < 16) this.#header(0, 0, 0x80 | length)
    else if (length <= 0xffff) this.#header(2, length, 0xde)
    else this.#header(4, length, 0xdf)
  }
}
