import { SluiceError } from '../../../errors.js'
import type { Sink } from '../../contract.js'
import { checkOutput, type Destination } from '../../targets/index.js'
import { compressionOf } from '../registry.js'
import type { OutputOptions } from '../rows/row-sink.js'
import { type ParquetOptions, parquetOptions } from './options.js'

export type { ParquetCodec, ParquetOptions } from './options.js'

/**
 * Writes Apache Parquet: typed columns, compressed page by page, in row groups that are written as they close. A
 * value that does not fit the type of its column ends the run with `E_TYPE`; see `onTypeError`. Columns of unknown
 * type are typed by the rows of the first row group, and a notice `N_TYPES_INFERRED` says as what.
 *
 * @throws SluiceError `E_USAGE` for options that make no sense: a Parquet file as a whole is never compressed.
 * `E_UNSUPPORTED` for the codec zstd where Node has none.
 */
export function parquet(destination: Destination, options: ParquetOptions & OutputOptions = {}): Sink {
  const { compression, clobber = true, ...rest } = options
  const complete = parquetOptions(rest)
  const packed = compression ?? (typeof destination === 'string' ? compressionOf(destination) : 'none')
  if (packed !== 'none') {
    throw new SluiceError(
      'E_USAGE',
      `a Parquet file is not compressed as a whole, with ${packed} or otherwise`,
      {
        hint: 'choose how its pages are compressed with the option codec',
      },
    )
  }
  return {
    format: 'parquet',
    prepare: () => checkOutput(destination, { clobber }),
    open: async (context) => {
      // The encoder is much code, and most results become something else.
      const { openParquet } = await import('./open.js')
      return openParquet(destination, clobber, complete, context)
    },
  }
}
