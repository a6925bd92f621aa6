import type { CsvOptions, JsonOptions, RowFormat } from '../model/encode-options.js'
import type { Sink } from './contract.js'
import type { Destination } from './output.js'
import { type OutputOptions, rowSink } from './row-sink.js'

export type { OpenSink, Sink, SinkContext, SinkResult, WrittenFile } from './contract.js'
export { csv } from './csv.js'
export { type Compression, type FileFormat, FORMAT_NAMES, formatNamed, formatOf } from './formats.js'
export { json } from './json.js'
export { msgpack } from './msgpack.js'
export { ndjson } from './ndjson.js'
export type { Destination } from './output.js'
export { type MakeSink, type PartitionOptions, partitionBy } from './partition/index.js'
export type { OutputOptions } from './row-sink.js'
export { type BatchListener, rowsTo } from './rows-to.js'
export { tee } from './tee.js'
export { tsv } from './tsv.js'

/** A sink of the format given by name. Options that the format does not have are ignored. */
export function createSink(
  format: RowFormat,
  destination: Destination,
  options: CsvOptions & JsonOptions & OutputOptions = {},
): Sink {
  return rowSink({ format, ...options }, destination, options)
}
