import { Buffer } from 'node:buffer'
import { ExtData } from '@msgpack/msgpack'
import { SluiceError } from '../errors.js'
import type { Plan } from '../model/plan.js'
import type { RowBlock } from '../model/row-block.js'
import { uniqueNames } from '../model/unique-names.js'

/** A cell as JavaScript has it. msgpack timestamps become `Date`, other extensions `ExtData`. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Date
  | ExtData
  | Value[]
  | Map<Value, Value>
  | { [key: string]: Value }

/** A row by column name: a null-prototype object, keys in schema order, duplicate names with `_2`, `_3`, … */
export type Row = Record<string, Value>

export interface RowReadOptions {
  /** Default `object`. Arrays are quicker and have the cells in the order of the plan. */
  shape?: 'object' | 'array'
  /**
   * Integers of 64 bits. `number` (default) is exact or fails: a value beyond 2^53 ends with `E_TYPE`. `bigint` and
   * `string` apply to those beyond 2^53 and leave smaller ones numbers.
   */
  int64?: 'number' | 'bigint' | 'string'
}

/** The rows of one block, and where each begins in its bytes. */
export interface RowBatch<T> {
  readonly rows: T[]
  /** One offset a row and one more: row i is `bytes.subarray(offsets[i], offsets[i + 1])`. */
  readonly offsets: number[]
}

/** Reads blocks, which are validated already, as JavaScript values that follow the plan's columns. */
export function createRowReader(
  plan: Plan,
  options: RowReadOptions & { shape: 'array' },
): (block: RowBlock) => RowBatch<Value[]>
export function createRowReader(plan: Plan, options?: RowReadOptions): (block: RowBlock) => RowBatch<Row>
export function createRowReader(plan: Plan, options: RowReadOptions = {}) {
  const names = uniqueNames(plan.columns.map((column) => column.name))
  const sources = plan.columns.map((column) => column.source)
  const toObject = (cells: readonly Value[]): Row => {
    const row: Row = Object.create(null)
    for (let i = 0; i < names.length; i++) row[names[i]!] = cells[sources[i]!]!
    return row
  }
  const toArray = (cells: readonly Value[]): Value[] => sources.map((source) => cells[source]!)
  const shape = options.shape === 'array' ? toArray : toObject
  return (block: RowBlock) => {
    const reader = new ValueReader(block.bytes, options.int64 ?? 'number')
    const rows: (Row | Value[])[] = []
    const offsets = [0]
    for (let i = 0; i < block.rows; i++) {
      rows.push(shape(reader.value() as Value[]))
      offsets.push(reader.at)
    }
    return { rows, offsets }
  }
}

/** Reads validated msgpack; see the "Formats" part of the msgpack specification for each first byte. */
class ValueReader {
  readonly #bytes: Buffer
  readonly #int64: 'number' | 'bigint' | 'string'
  #at = 0

  constructor(bytes: Uint8Array, int64: 'number' | 'bigint' | 'string') {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#int64 = int64
  }

  /** The offset of the next value. */
  get at(): number {
    return this.#at
  }

  value(): Value {
    const type = this.#bytes[this.#at++]!
    if (type < 0x80) return type
    if (type < 0x90) return this.#map(type & 0x0f)
    if (type < 0xa0) return this.#array(type & 0x0f)
    if (type < 0xc0) return this.#text(type & 0x1f)
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
        return this.#copy(this.#uint(1 << (type - 0xc4)))
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.#extension(this.#uint(1 << (type - 0xc7)))
      case 0xca:
        this.#at += 4
        return this.#bytes.readFloatBE(this.#at - 4)
      case 0xcb:
        this.#at += 8
        return this.#bytes.readDoubleBE(this.#at - 8)
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#uint(1 << (type - 0xcc))
      case 0xcf:
        this.#at += 8
        return this.#integer(this.#bytes.readBigUInt64BE(this.#at - 8))
      case 0xd0:
      case 0xd1:
      case 0xd2:
        return this.#int(1 << (type - 0xd0))
      case 0xd3:
        this.#at += 8
        return this.#integer(this.#bytes.readBigInt64BE(this.#at - 8))
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#extension(1 << (type - 0xd4))
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#uint(1 << (type - 0xd9)))
      case 0xdc:
      case 0xdd:
        return this.#array(this.#uint(type === 0xdc ? 2 : 4))
      default:
        return this.#map(this.#uint(type === 0xde ? 2 : 4))
    }
  }

  #uint(width: number): number {
    this.#at += width
    return this.#bytes.readUIntBE(this.#at - width, width)
  }

  #int(width: number): number {
    this.#at += width
    return this.#bytes.readIntBE(this.#at - width, width)
  }

  #integer(value: bigint): Value {
    const number = Number(value)
    if (Number.isSafeInteger(number)) return number
    if (this.#int64 === 'bigint') return value
    if (this.#int64 === 'string') return value.toString()
    throw new SluiceError('E_TYPE', `the integer ${value} is beyond 2^53 and would lose digits as a number`, {
      hint: "set the option int64 to 'bigint' or 'string'",
    })
  }

  #text(length: number): string {
    this.#at += length
    return this.#bytes.toString('utf8', this.#at - length, this.#at)
  }

  #copy(length: number): Uint8Array {
    this.#at += length
    return new Uint8Array(this.#bytes.subarray(this.#at - length, this.#at))
  }

  #array(length: number): Value[] {
    const values: Value[] = []
    for (let i = 0; i < length; i++) values.push(this.value())
    return values
  }

  /** A null-prototype object, so that a key such as `__proto__` is data; a `Map` where a key is not a text. */
  #map(length: number): Value {
    const entries: [Value, Value][] = []
    for (let i = 0; i < length; i++) entries.push([this.value(), this.value()])
    if (entries.some(([key]) => typeof key !== 'string')) return new Map(entries)
    const object: Row = Object.create(null)
    for (const [key, value] of entries) object[key as string] = value
    return object
  }

  /** Type -1 is a timestamp of 32, 64 or 96 bits; a `Date` keeps its milliseconds. */
  #extension(length: number): Value {
    const type = this.#int(1)
    const data = this.#copy(length)
    if (type !== -1) return new ExtData(type, data)
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
    if (length === 4) return new Date(view.getUint32(0) * 1000)
    if (length === 12)
      return new Date(Number(view.getBigInt64(4)) * 1000 + Math.floor(view.getUint32(0) / 1e6))
    if (length !== 8) return new ExtData(type, data)
    const seconds = Number(view.getBigUint64(0) & 0x3ffffffffn)
    return new Date(seconds * 1000 + Math.floor((view.getUint32(0) >>> 2) / 1e6))
  }
}
