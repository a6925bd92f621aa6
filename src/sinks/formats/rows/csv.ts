import type { CsvOptions } from '../../../model/formats.js'
import type { Sink } from '../../contract.js'
import type { Destination } from '../../targets/index.js'
import { type OutputOptions, rowSink } from './row-sink.js'

/** Writes comma-separated values, as RFC 4180 has them, with a header line and LF line ends by default. */
export function csv(destination: Destination, options: CsvOptions & OutputOptions = {}): Sink {
  return rowSink({ format: 'csv', ...options }, destination, options)
}
