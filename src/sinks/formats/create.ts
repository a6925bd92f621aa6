import { SluiceError } from '../../errors.js'
import type { CsvOptions, JsonOptions } from '../../model/formats.js'
import type { Sink } from '../contract.js'
import type { Destination } from '../targets/index.js'
import { type ParquetOptions, parquet } from './parquet/index.js'
import type { Format } from './registry.js'
import { type OutputOptions, rowSink } from './rows/row-sink.js'

export type AnySinkOptions = CsvOptions &
  JsonOptions &
  OutputOptions &
  Pick<ParquetOptions, 'codec' | 'page' | 'rowGroupSize' | 'rowGroupBytes' | 'onTypeError'>

/** A sink of the format given by name. Options that the format does not have are ignored. */
export function createSink(format: Format, destination: Destination, options: AnySinkOptions = {}): Sink {
  if (format !== 'parquet') return rowSink({ format, ...options }, destination, options)
  const { codec, page, rowGroupSize, rowGroupBytes, onTypeError, invalidUtf8, compression, clobber } = options
  if (invalidUtf8 === 'raw') {
    throw new SluiceError(
      'E_USAGE',
      'Parquet texts are UTF-8; invalid ones can be replaced or fail, not pass raw',
    )
  }
  return parquet(destination, {
    codec,
    page,
    rowGroupSize,
    rowGroupBytes,
    onTypeError,
    invalidUtf8,
    compression,
    clobber,
  })
}
