import type { ParquetFileOptions, ParquetOptions } from '../../../model/option-types.js'
import type { Sink } from '../../contract.js'
import type { Destination } from '../../targets/index.js'
import { columnSink } from '../columns/sink.js'
import { parquetOptions } from './options.js'

/**
 * Writes Apache Parquet: typed columns, compressed page by page, in row groups that are written as they close. A
 * value that does not fit the type of its column ends the run with `E_TYPE`; see `onTypeError`. Columns of unknown
 * type are typed by the first rows, up to a million or 32 MiB, and a notice `N_TYPES_INFERRED` says as what.
 *
 * @example
 * await pipeline(source, parquet('result.parquet', { codec: 'zstd' }))
 * @throws SluiceError `E_USAGE` when an option is unknown, wrong or not one of Parquet, and for a compression of the
 * whole file. A run ends with `E_UNSUPPORTED` for the codec zstd where neither Node nor the package `@bokuweb/zstd-wasm` has it.
 */
export function parquet(destination: Destination, options: ParquetOptions & ParquetFileOptions = {}): Sink {
  return columnSink(destination, options, {
    format: 'parquet',
    title: 'a Parquet file',
    codecOption: 'codec',
    complete: () => parquetOptions(options),
    open: async (...given) => {
      const { openParquet } = await import('./open.js')
      return openParquet(...given)
    },
  })
}
