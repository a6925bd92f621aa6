import type { MsgpackOptions } from '../../../model/formats.js'
import type { Sink } from '../../contract.js'
import type { Destination } from '../../targets/index.js'
import { type OutputOptions, rowSink } from './row-sink.js'

/** Writes msgpack rows as they came: one array a row, back to back. */
export function msgpack(destination: Destination, options: MsgpackOptions & OutputOptions = {}): Sink {
  return rowSink({ format: 'msgpack', ...options }, destination, options)
}
