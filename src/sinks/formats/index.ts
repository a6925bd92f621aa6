import type { Format } from '../../model/formats.js'
import type { AnySinkOptions, FileOptionsOf, OptionsOf } from '../../model/option-types.js'
import type { Sink } from '../contract.js'
import type { Destination } from '../targets/index.js'
import { arrow, arrows } from './arrow/index.js'
import { parquet } from './parquet/index.js'
import { formatNamed } from './registry.js'
import { csv, json, msgpack, ndjson, tsv } from './rows/index.js'

export { arrow, arrows, csv, json, msgpack, ndjson, parquet, tsv }

/** Functions that make the sink of each format; the compiler names a missing one. */
const SINKS: {
  readonly [F in Format]: (destination: Destination, options: OptionsOf<F> & FileOptionsOf<F>) => Sink
} = { csv, tsv, ndjson, json, msgpack, parquet, arrow, arrows }

/**
 * A sink of the format given by name.
 *
 * @example
 * createSink('csv', 'result.csv', { delimiter: ';' })
 * @throws SluiceError `E_USAGE` when there is no such format, or when an option is unknown, wrong or not one of the
 * format.
 */
export function createSink(format: Format, destination: Destination, options: AnySinkOptions = {}): Sink {
  const make = SINKS[formatNamed(format)] as (destination: Destination, options: AnySinkOptions) => Sink
  return make(destination, options)
}
