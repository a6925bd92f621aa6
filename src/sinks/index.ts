export type { OpenSink, Sink, SinkContext, SinkResult, WrittenFile } from './contract.js'
export { type CompressorOptions, compressor as compress } from './formats/compress.js'
export { type AnySinkOptions, createSink } from './formats/create.js'
export { type ParquetCodec, type ParquetOptions, parquet } from './formats/parquet/index.js'
export {
  type Compression,
  type FileFormat,
  FORMAT_NAMES,
  type Format,
  formatNamed,
  formatOf,
} from './formats/registry.js'
export { csv } from './formats/rows/csv.js'
export { encode } from './formats/rows/encode.js'
export { json } from './formats/rows/json.js'
export { msgpack } from './formats/rows/msgpack.js'
export { ndjson } from './formats/rows/ndjson.js'
export type { OutputOptions } from './formats/rows/row-sink.js'
export { tsv } from './formats/rows/tsv.js'
export { type MakeSink, type PartitionOptions, partitionBy } from './partition/index.js'
export { type BatchListener, rowsTo } from './rows-to.js'
export type { Destination } from './targets/index.js'
export { tee } from './tee.js'
