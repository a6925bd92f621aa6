import type { ParquetCodec } from '../../../model/option-types.js'

// Numbers of https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift

export const PHYSICAL = {
  BOOLEAN: 0,
  INT32: 1,
  INT64: 2,
  FLOAT: 4,
  DOUBLE: 5,
  BYTE_ARRAY: 6,
  FIXED_LEN_BYTE_ARRAY: 7,
} as const

export const REPETITION = { REQUIRED: 0, OPTIONAL: 1, REPEATED: 2 } as const

export const CONVERTED = {
  UTF8: 0,
  MAP: 1,
  LIST: 3,
  DECIMAL: 5,
  DATE: 6,
  TIME_MICROS: 8,
  TIMESTAMP_MILLIS: 9,
  TIMESTAMP_MICROS: 10,
  INT_8: 15,
  INT_16: 16,
  INT_32: 17,
  INT_64: 18,
  JSON: 19,
} as const

/** Field numbers of the union `LogicalType`. */
export const LOGICAL = {
  STRING: 1,
  MAP: 2,
  LIST: 3,
  DECIMAL: 5,
  DATE: 6,
  TIME: 7,
  TIMESTAMP: 8,
  INTEGER: 10,
  JSON: 12,
  UUID: 14,
} as const

/** Field numbers of the union `TimeUnit`, by the decimals of a second. */
export const TIME_UNIT: Readonly<Record<number, number>> = { 3: 1, 6: 2, 9: 3 }

export const ENCODING = {
  PLAIN: 0,
  RLE: 3,
  DELTA_BINARY_PACKED: 5,
  DELTA_LENGTH_BYTE_ARRAY: 6,
  DELTA_BYTE_ARRAY: 7,
  RLE_DICTIONARY: 8,
  BYTE_STREAM_SPLIT: 9,
} as const

/** Of the bounds of pages. */
export const BOUNDARY_ORDER = { UNORDERED: 0, ASCENDING: 1, DESCENDING: 2 } as const

export const PAGE = { DATA: 0, DICTIONARY: 2, DATA_V2: 3 } as const

export const CODEC: Readonly<Record<ParquetCodec, number>> = {
  none: 0,
  snappy: 1,
  gzip: 2,
  zstd: 6,
  lz4_raw: 7,
}

/** Begins and ends every file. */
export const MAGIC = 'PAR1'
