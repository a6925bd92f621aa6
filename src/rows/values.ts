import { Buffer } from 'node:buffer'
import { SluiceError } from '../errors.js'
import { createExtension, type Extension } from './extension.js'
import { Repetition, type TextReader } from './texts.js'
import { dateOf, TIMESTAMP_TYPE } from './timestamp.js'

/**
 * A cell in JavaScript. msgpack timestamps become `Date`; other extensions, and timestamps with digits finer than a
 * microsecond, `Extension`. `Large` is `never` where the option `int64` is not `'bigint'`.
 */
export type Value<Large extends bigint = bigint> =
  | null
  | boolean
  | number
  | Large
  | string
  | Uint8Array
  | Date
  | Extension
  | Value<Large>[]
  | Map<Value<Large>, Value<Large>>
  | { [key: string]: Value<Large> }

/**
 * A row by column name: keys in schema order, duplicate names with `_2`, `_3`, … It inherits no name, as an object with
 * the prototype null: names such as `__proto__` or `toString` are data. With `prototype: 'object'` it is a plain object.
 */
export type Row<Large extends bigint = bigint> = Record<string, Value<Large>>

/** JavaScript type of 64-bit integers. */
export type Int64 = 'number' | 'bigint' | 'string'

/** The error for an integer beyond 2^53 that is wanted as a number. */
export function inexact(value: bigint): SluiceError {
  return new SluiceError('E_TYPE', `the integer ${value} is beyond 2^53 and would lose digits as a number`, {
    hint: "set the option int64 to 'bigint' or 'string'",
  })
}

const TWO_32 = 2 ** 32
/** The high half of the first integer that is not safe. */
const UNSAFE_HIGH = 2 ** 21

/**
 * Reads validated msgpack: https://github.com/msgpack/msgpack/blob/master/spec.md#formats. The one place besides
 * tokens.ts that knows the first bytes, because a look-up there for each value would cost time here.
 */
export class ValueReader {
  /** The offset of the next value. */
  at = 0
  /** JavaScript type of integers beyond 2^53 from here on. */
  int64: Int64
  readonly #texts: TextReader
  readonly #toObject: ToObject
  readonly #keepsTimes: boolean
  readonly #nested = new Repetition()
  #bytes: Buffer = Buffer.alloc(0)
  #view: DataView = new DataView(new ArrayBuffer(0))

  /**
   * @param toObject how maps with textual keys become objects
   * @param keepsTimes whether timestamps stay extensions, with all their digits
   */
  constructor(int64: Int64, texts: TextReader, toObject: ToObject, keepsTimes = false) {
    this.int64 = int64
    this.#texts = texts
    this.#toObject = toObject
    this.#keepsTimes = keepsTimes
  }

  /** The bytes to read from now on; `texts` has been opened with them too. */
  open(bytes: Buffer, view: DataView): void {
    this.#bytes = bytes
    this.#view = view
  }

  /** The next value. Texts of one column share a `repetition`. */
  value(repetition: Repetition = this.#nested): Value {
    const type = this.#bytes[this.at++]!
    if (type < 0x80) return type
    if (type < 0x90) return this.#map(type & 0x0f)
    if (type < 0xa0) return this.#array(type & 0x0f)
    if (type < 0xc0) return this.#text(type & 0x1f, repetition)
    if (type >= 0xe0) return type - 0x100
    switch (type) {
      case 0xc0:
        return null
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#copy(this.#uint(type - 0xc4))
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.#extension(this.#uint(type - 0xc7))
      case 0xca:
        this.at += 4
        return this.#view.getFloat32(this.at - 4)
      case 0xcb:
        this.at += 8
        return this.#view.getFloat64(this.at - 8)
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#uint(type - 0xcc)
      case 0xcf:
        return this.#uint64()
      case 0xd0:
        return this.#view.getInt8(this.at++)
      case 0xd1:
        this.at += 2
        return this.#view.getInt16(this.at - 2)
      case 0xd2:
        this.at += 4
        return this.#view.getInt32(this.at - 4)
      case 0xd3:
        return this.#int64Value()
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#extension(1 << (type - 0xd4))
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#uint(type - 0xd9), repetition)
      case 0xdc:
      case 0xdd:
        return this.#array(this.#uint(type - 0xdb))
      default:
        return this.#map(this.#uint(type - 0xdd))
    }
  }

  /** An unsigned integer of 1, 2 or 4 bytes: 2 to the power of `size`. */
  #uint(size: number): number {
    if (size === 0) return this.#bytes[this.at++]!
    this.at += 1 << size
    return size === 1 ? this.#view.getUint16(this.at - 2) : this.#view.getUint32(this.at - 4)
  }

  #uint64(): Value {
    const high = this.#view.getUint32(this.at)
    this.at += 8
    if (high < UNSAFE_HIGH) return high * TWO_32 + this.#view.getUint32(this.at - 4)
    return this.#large(this.#view.getBigUint64(this.at - 8))
  }

  #int64Value(): Value {
    const high = this.#view.getInt32(this.at)
    const low = this.#view.getUint32(this.at + 4)
    this.at += 8
    const value = high * TWO_32 + low
    return Number.isSafeInteger(value) ? value : this.#large(this.#view.getBigInt64(this.at - 8))
  }

  #large(value: bigint): Value {
    if (this.int64 === 'bigint') return value
    if (this.int64 === 'string') return value.toString()
    throw inexact(value)
  }

  #text(length: number, repetition: Repetition): string {
    this.at += length
    return this.#texts.read(this.at - length, length, repetition)
  }

  #copy(length: number): Uint8Array {
    this.at += length
    return new Uint8Array(this.#bytes.subarray(this.at - length, this.at))
  }

  #array(length: number): Value[] {
    const values: Value[] = []
    for (let i = 0; i < length; i++) values.push(this.value())
    return values
  }

  /** An object, whose keys are data; a `Map` where a key is not a text. */
  #map(length: number): Value {
    const entries: [Value, Value][] = []
    for (let i = 0; i < length; i++) entries.push([this.value(), this.value()])
    return entries.every(([key]) => typeof key === 'string')
      ? this.#toObject(entries as [string, Value][])
      : new Map(entries)
  }

  /** A timestamp is a `Date`, except where that would lose digits finer than a microsecond. */
  #extension(length: number): Value {
    const type = this.#view.getInt8(this.at++)
    const data = this.#copy(length)
    const isDate = type === TIMESTAMP_TYPE && !this.#keepsTimes
    return (isDate ? dateOf(data) : undefined) ?? createExtension(type, data)
  }
}

/** Makes an object of entries, whose names may be any. */
export type ToObject = (entries: Iterable<readonly [string, Value]>) => { [key: string]: Value }

/** How objects within rows are made. */
export function toObjectOf(prototype: 'null' | 'object' = 'null'): ToObject {
  // Both make properties of the object itself, also of `__proto__`.
  return prototype === 'object' ? Object.fromEntries : withoutPrototype
}

function withoutPrototype(entries: Iterable<readonly [string, Value]>): { [key: string]: Value } {
  const object: { [key: string]: Value } = Object.create(null)
  for (const [key, value] of entries) object[key] = value
  return object
}
