import type { TsvOptions } from '../../../model/formats.js'
import type { Sink } from '../../contract.js'
import type { Destination } from '../../targets/index.js'
import { type OutputOptions, rowSink } from './row-sink.js'

/** Writes tab-separated values: no quotes, tab, newline and backslash in a text as \\t, \\n and \\\\, NULL as \\N. */
export function tsv(destination: Destination, options: TsvOptions & OutputOptions = {}): Sink {
  return rowSink({ format: 'tsv', ...options }, destination, options)
}
