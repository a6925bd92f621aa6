import type { JsonOptions } from '../../../model/formats.js'
import type { Sink } from '../../contract.js'
import type { Destination } from '../../targets/index.js'
import { type OutputOptions, rowSink } from './row-sink.js'

/** Writes one JSON document: an array of objects, one a line. */
export function json(destination: Destination, options: JsonOptions & OutputOptions = {}): Sink {
  return rowSink({ format: 'json', ...options }, destination, options)
}
