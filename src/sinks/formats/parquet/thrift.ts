import { Buffer } from 'node:buffer'

/** Types of the Thrift compact protocol, as a field header or a list header has them. */
export const THRIFT = {
  true: 1,
  false: 2,
  i8: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  binary: 8,
  list: 9,
  struct: 12,
} as const

type ElementType = (typeof THRIFT)[keyof typeof THRIFT]

/**
 * Writes structs in the Thrift compact protocol, in which Parquet has its page headers and its footer:
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md. Fields of a struct must be
 * written in the order of their numbers.
 */
export class ThriftWriter {
  #bytes = Buffer.allocUnsafe(256)
  #length = 0
  /** Number of the last field of the struct that is open. */
  #last = 0

  /** Forgets everything, to be used again. */
  clear(): this {
    this.#length = 0
    return this
  }

  /** Everything written, valid until more is. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  /** Everything written, as a copy. */
  take(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length))
  }

  i8(field: number, value: number): this {
    this.#header(field, THRIFT.i8)
    return this.#byte(value)
  }

  i16(field: number, value: number): this {
    this.#header(field, THRIFT.i16)
    return this.#zigzag(value)
  }

  i32(field: number, value: number): this {
    this.#header(field, THRIFT.i32)
    return this.#zigzag(value)
  }

  i64(field: number, value: number): this {
    this.#header(field, THRIFT.i64)
    return this.#zigzag(value)
  }

  bool(field: number, value: boolean): this {
    return this.#header(field, value ? THRIFT.true : THRIFT.false)
  }

  binary(field: number, value: string | Uint8Array): this {
    this.#header(field, THRIFT.binary)
    return this.#binary(typeof value === 'string' ? Buffer.from(value) : value)
  }

  struct(field: number, write: () => void): this {
    this.#header(field, THRIFT.struct)
    return this.body(write)
  }

  /** The fields of a struct that needs no header: the outermost one. */
  body(write: () => void): this {
    const outer = this.#last
    this.#last = 0
    write()
    this.#last = outer
    return this.#byte(0)
  }

  structs<T>(field: number, items: readonly T[], write: (item: T) => void): this {
    this.#list(field, THRIFT.struct, items.length)
    for (const item of items) this.body(() => write(item))
    return this
  }

  /** A struct that was written before, by a writer's {@link body}. */
  writtenStruct(field: number, struct: Uint8Array): this {
    return this.#header(field, THRIFT.struct).#raw(struct)
  }

  binaries(field: number, items: readonly (string | Uint8Array)[]): this {
    this.#list(field, THRIFT.binary, items.length)
    for (const item of items) this.#binary(typeof item === 'string' ? Buffer.from(item) : item)
    return this
  }

  bools(field: number, items: readonly boolean[]): this {
    this.#list(field, THRIFT.true, items.length)
    for (const item of items) this.#byte(item ? THRIFT.true : THRIFT.false)
    return this
  }

  i64s(field: number, items: readonly number[]): this {
    this.#list(field, THRIFT.i64, items.length)
    for (const item of items) this.#zigzag(item)
    return this
  }

  i32s(field: number, items: readonly number[]): this {
    this.#list(field, THRIFT.i32, items.length)
    for (const item of items) this.#zigzag(item)
    return this
  }

  #list(field: number, type: ElementType, length: number): void {
    this.#header(field, THRIFT.list)
    if (length < 15) this.#byte((length << 4) | type)
    else this.#byte(0xf0 | type).#varint(length)
  }

  #header(field: number, type: ElementType): this {
    const delta = field - this.#last
    this.#last = field
    if (delta > 0 && delta <= 15) return this.#byte((delta << 4) | type)
    return this.#byte(type).#zigzag(field)
  }

  #binary(value: Uint8Array): this {
    return this.#varint(value.length).#raw(value)
  }

  #raw(bytes: Uint8Array): this {
    this.#room(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
    return this
  }

  /** Of a safe integer; beyond 31 bits, shifts would cut. */
  #zigzag(value: number): this {
    return this.#varint(value < 0 ? -value * 2 - 1 : value * 2)
  }

  #varint(value: number): this {
    let rest = value
    while (rest > 0x7f) {
      this.#byte((rest % 0x80) | 0x80)
      rest = Math.floor(rest / 0x80)
    }
    return this.#byte(rest)
  }

  #byte(value: number): this {
    this.#room(1)
    this.#bytes[this.#length++] = value
    return this
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe((this.#length + bytes) * 2)
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}
