import {
  DuckDBArrayType,
  type DuckDBListType,
  type DuckDBMapType,
  type DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId as Id,
} from '@duckdb/node-api'
import type { DataChunk, Vector } from '@duckdb/node-bindings'
import { decode } from '@msgpack/msgpack'
import bindings from '../bindings.js'
import { keyText } from './key-text.js'
import { Output } from './output.js'
import { readStrings } from './strings.js'
import { dateText, timestampText } from './times.js'

/** Appends the value of one row. */
type Pack = (row: number) => void

/** A value that no msgpack integer holds. */
export class IntegerOverflow extends Error {
  override readonly name = 'IntegerOverflow'
  constructor() {
    super('NUMERIC_VALUE_OUT_OF_RANGE: an integer is beyond the 64 bits of bigint')
  }
}

function validity(vector: Vector, count: number): (row: number) => boolean {
  const bits = bindings.vector_get_validity(vector, Math.ceil(count / 64) * 8) as Uint8Array | null
  if (!bits) return () => true
  return (row) => ((bits[row >> 3]! >> (row & 7)) & 1) === 1
}

function dataOf(vector: Vector, count: number, width: number): Buffer {
  const bytes = bindings.vector_get_data(vector, count * width)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** Packs a 64-bit integer given as its halves, the upper one signed. */
function packHalves(out: Output, high: number, low: number): void {
  const value = high * 0x100000000 + low
  if (Number.isSafeInteger(value)) out.integer(value)
  else if (high >= 0) out.uint64(high, low)
  else out.int64(high, low)
}

function packBigInts(data: Buffer, out: Output): Pack {
  return (row) => packHalves(out, data.readInt32LE(row * 8 + 4), data.readUInt32LE(row * 8))
}

function packUnsignedBigInts(data: Buffer, out: Output): Pack {
  return (row) => {
    const high = data.readUInt32LE(row * 8 + 4)
    if (high >= 0x80000000) throw new IntegerOverflow()
    packHalves(out, high, data.readUInt32LE(row * 8))
  }
}

/** 128-bit integers, such as the sums of bigints, that fit in 64 bits. */
function packHugeInts(data: Buffer, out: Output): Pack {
  return (row) => {
    const high = data.readInt32LE(row * 16 + 4)
    const top = data.readBigInt64LE(row * 16 + 8)
    if (top !== (high < 0 ? -1n : 0n)) throw new IntegerOverflow()
    packHalves(out, high, data.readUInt32LE(row * 16))
  }
}

function microsToMillis(data: Buffer, row: number): number {
  const micros = data.readInt32LE(row * 8 + 4) * 0x100000000 + data.readUInt32LE(row * 8)
  return Math.floor(micros / 1000)
}

/** Values of fixed width: how wide they are, and how one is packed. */
const FIXED: Readonly<Partial<Record<Id, readonly [width: number, (data: Buffer, out: Output) => Pack]>>> = {
  [Id.BOOLEAN]: [1, (data, out) => (row) => out.boolean(data[row] !== 0)],
  [Id.TINYINT]: [1, (data, out) => (row) => out.integer(data.readInt8(row))],
  [Id.SMALLINT]: [2, (data, out) => (row) => out.integer(data.readInt16LE(row * 2))],
  [Id.INTEGER]: [4, (data, out) => (row) => out.integer(data.readInt32LE(row * 4))],
  [Id.BIGINT]: [8, packBigInts],
  [Id.UTINYINT]: [1, (data, out) => (row) => out.integer(data[row]!)],
  [Id.USMALLINT]: [2, (data, out) => (row) => out.integer(data.readUInt16LE(row * 2))],
  [Id.UINTEGER]: [4, (data, out) => (row) => out.integer(data.readUInt32LE(row * 4))],
  [Id.UBIGINT]: [8, packUnsignedBigInts],
  [Id.HUGEINT]: [16, packHugeInts],
  [Id.UHUGEINT]: [16, packHugeInts],
  [Id.FLOAT]: [4, (data, out) => (row) => out.float32(data.readFloatLE(row * 4))],
  [Id.DOUBLE]: [8, (data, out) => (row) => out.float64(data.readDoubleLE(row * 8))],
  [Id.DATE]: [4, (data, out) => (row) => out.ascii(dateText(data.readInt32LE(row * 4)))],
  [Id.TIMESTAMP]: [8, (data, out) => (row) => out.ascii(timestampText(microsToMillis(data, row)))],
  [Id.TIMESTAMP_TZ]: [
    8,
    (data, out) => (row) => out.ascii(`${timestampText(microsToMillis(data, row))} UTC`),
  ],
  [Id.SQLNULL]: [0, (_, out) => () => out.nil()],
}

function packStrings(vector: Vector, count: number, binary: boolean, out: Output): Pack {
  const isValid = validity(vector, count)
  const { sources, starts, lengths } = readStrings(dataOf(vector, count, 16), count, isValid)
  return binary
    ? (row) => out.binary(sources[row]!, starts[row]!, lengths[row]!)
    : (row) => out.text(sources[row]!, starts[row]!, lengths[row]!)
}

function packList(type: DuckDBListType, vector: Vector, count: number, out: Output): Pack {
  const entries = dataOf(vector, count, 16)
  const child = bindings.list_vector_get_child(vector)
  const pack = packer(type.valueType, child, bindings.list_vector_get_size(vector), out)
  return (row) => {
    const start = Number(entries.readBigUInt64LE(row * 16))
    const length = Number(entries.readBigUInt64LE(row * 16 + 8))
    out.array(length)
    for (let item = start; item < start + length; item++) pack(item)
  }
}

function packArray(type: DuckDBArrayType, vector: Vector, count: number, out: Output): Pack {
  const { length, valueType } = type
  const pack = packer(valueType, bindings.array_vector_get_child(vector), count * length, out)
  return (row) => {
    out.array(length)
    for (let item = row * length; item < (row + 1) * length; item++) pack(item)
  }
}

/** Keys travel as texts, as in Trino's JSON: readers of msgpack in some languages take no others. */
function keyPacker(type: DuckDBType, vector: Vector, count: number, out: Output): Pack {
  if (TEXTUAL.has(type.typeId)) return packer(type, vector, count, out)
  const scratch = new Output()
  const pack = packer(type, vector, count, scratch)
  return (row) => {
    pack(row)
    const text = Buffer.from(keyText(decode(scratch.take(), { useBigInt64: true }), type.typeId))
    out.text(text, 0, text.length)
  }
}

/** Types of keys that are texts already. */
const TEXTUAL: ReadonlySet<Id> = new Set([Id.VARCHAR, Id.DATE, Id.TIMESTAMP, Id.TIMESTAMP_TZ])

/** DuckDB keeps a map as a list of key and value pairs. */
function packMap(type: DuckDBMapType, vector: Vector, count: number, out: Output): Pack {
  const entries = dataOf(vector, count, 16)
  const pairs = bindings.list_vector_get_child(vector)
  const size = bindings.list_vector_get_size(vector)
  const packKey = keyPacker(type.keyType, bindings.struct_vector_get_child(pairs, 0), size, out)
  const packValue = packer(type.valueType, bindings.struct_vector_get_child(pairs, 1), size, out)
  return (row) => {
    const start = Number(entries.readBigUInt64LE(row * 16))
    const length = Number(entries.readBigUInt64LE(row * 16 + 8))
    out.map(length)
    for (let item = start; item < start + length; item++) {
      packKey(item)
      packValue(item)
    }
  }
}

/** Rows travel as arrays of their fields, as Presto's JSON has them. */
function packStruct(type: DuckDBStructType, vector: Vector, count: number, out: Output): Pack {
  const fields = type.entryTypes.map((entry, at) =>
    packer(entry, bindings.struct_vector_get_child(vector, at), count, out),
  )
  return (row) => {
    out.array(fields.length)
    for (const pack of fields) pack(row)
  }
}

function packValues(type: DuckDBType, vector: Vector, count: number, out: Output): Pack {
  if (type instanceof DuckDBArrayType) return packArray(type, vector, count, out)
  switch (type.typeId) {
    case Id.VARCHAR:
    case Id.BLOB:
      return packStrings(vector, count, type.typeId === Id.BLOB, out)
    case Id.LIST:
      return packList(type as DuckDBListType, vector, count, out)
    case Id.MAP:
      return packMap(type as DuckDBMapType, vector, count, out)
    case Id.STRUCT:
      return packStruct(type as DuckDBStructType, vector, count, out)
  }
  const fixed = FIXED[type.typeId]
  if (fixed === undefined) throw new TypeError(`no way to pack the type ${type}`)
  const [width, bind] = fixed
  return bind(dataOf(vector, count, width), out)
}

/** Reads a vector of `count` values into a function that appends any one of them. */
function packer(type: DuckDBType, vector: Vector, count: number, out: Output): Pack {
  const isValid = validity(vector, count)
  const pack = packValues(type, vector, count, out)
  return (row) => {
    if (isValid(row)) pack(row)
    else out.nil()
  }
}

/** Appends the rows of a chunk, each as one array. Throws {@link IntegerOverflow}. */
export function packChunk(types: readonly DuckDBType[], chunk: DataChunk, out: Output): number {
  const rows = bindings.data_chunk_get_size(chunk)
  const columns = types.map((type, at) => packer(type, bindings.data_chunk_get_vector(chunk, at), rows, out))
  for (let row = 0; row < rows; row++) {
    out.array(columns.length)
    for (const pack of columns) pack(row)
  }
  return rows
}
