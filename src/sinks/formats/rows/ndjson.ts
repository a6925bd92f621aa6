import type { JsonOptions } from '../../../model/formats.js'
import type { Sink } from '../../contract.js'
import type { Destination } from '../../targets/index.js'
import { type OutputOptions, rowSink } from './row-sink.js'

/** Writes one JSON object a line. */
export function ndjson(destination: Destination, options: JsonOptions & OutputOptions = {}): Sink {
  return rowSink({ format: 'ndjson', ...options }, destination, options)
}
