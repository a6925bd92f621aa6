import { type Data, DataType, RecordBatchReader } from 'apache-arrow'
import type { Canonical } from '../parquet/readers.js'

/** All rows of a stream or file, read with apache-arrow; the values are taken from its buffers, as its getters round times. */
export function readArrow(bytes: Uint8Array): Canonical[][] {
  const rows: Canonical[][] = []
  for (const batch of RecordBatchReader.from(bytes)) {
    for (let row = 0; row < batch.numRows; row++) {
      rows.push(batch.data.children.map((column) => valueAt(column, row)))
    }
  }
  return rows
}

/** Rows of each batch. */
export function batchRowsOf(bytes: Uint8Array): number[] {
  return [...RecordBatchReader.from(bytes)].map((batch) => batch.numRows)
}

function valueAt(data: Data, i: number): Canonical {
  const { type, values, valueOffsets, nullBitmap, children } = data
  if (nullBitmap.length > 0 && bitAt(nullBitmap, i) === 0) return null
  const [first, second] = [valueOffsets?.[i], valueOffsets?.[i + 1]]
  const range = <T>(each: (index: number) => T): T[] =>
    Array.from({ length: second! - first! }, (_, n) => each(first! + n))
  if (DataType.isList(type)) return range((index) => valueAt(children[0]!, index))
  if (DataType.isMap(type)) {
    const pair = children[0]!.children
    return { pairs: range((index) => [valueAt(pair[0]!, index), valueAt(pair[1]!, index)]) }
  }
  if (DataType.isStruct(type)) return children.map((child) => valueAt(child, i))
  if (DataType.isBool(type)) return bitAt(values, i) === 1
  if (DataType.isUtf8(type)) return Buffer.from(values.subarray(first, second)).toString()
  if (DataType.isBinary(type)) return Buffer.from(values.subarray(first, second)).toString('hex')
  if (DataType.isFixedSizeBinary(type)) {
    const { byteWidth } = type
    return Buffer.from(values.subarray(i * byteWidth, (i + 1) * byteWidth)).toString('hex')
  }
  if (DataType.isDecimal(type)) {
    const words = (values as Uint32Array).subarray(i * 4, i * 4 + 4)
    return BigInt.asIntN(
      128,
      words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n),
    )
  }
  return DataType.isFloat(type) ? values[i] : BigInt(values[i])
}

function bitAt(bits: Uint8Array, i: number): number {
  return (bits[i >> 3]! >> (i & 7)) & 1
}
