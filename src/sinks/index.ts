export { type CompressorOptions, compressor as compress } from './compress.js'
export type { OpenSink, Sink, SinkContext, SinkResult, WrittenFile } from './contract.js'
export { type AnySinkOptions, createSink } from './create.js'
export { csv } from './csv.js'
export { encode } from './encode.js'
export {
  type Compression,
  type FileFormat,
  FORMAT_NAMES,
  type Format,
  formatNamed,
  formatOf,
} from './formats.js'
export { json } from './json.js'
export { msgpack } from './msgpack.js'
export { ndjson } from './ndjson.js'
export type { Destination } from './targets/index.js'
export { type ParquetCodec, type ParquetOptions, parquet } from './parquet/index.js'
export { type MakeSink, type PartitionOptions, partitionBy } from './partition/index.js'
export type { OutputOptions } from './row-sink.js'
export { type BatchListener, rowsTo } from './rows-to.js'
export { tee } from './tee.js'
export { tsv } from './tsv.js'
