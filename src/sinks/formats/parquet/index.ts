import { requireObject, SluiceError } from '../../../errors.js'
import type { ParquetFileOptions, ParquetOptions } from '../../../model/formats.js'
import { withDefaults } from '../../../model/option-values.js'
import type { Sink } from '../../contract.js'
import { type Destination, targetOf } from '../../targets/index.js'
import { requireOptions } from '../options.js'
import { compressionOf, requireNameFor } from '../registry.js'
import { parquetOptions } from './options.js'

/**
 * Writes Apache Parquet: typed columns, compressed page by page, in row groups that are written as they close. A
 * value that does not fit the type of its column ends the run with `E_TYPE`; see `onTypeError`. Columns of unknown
 * type are typed by the first rows, up to a million or 32 MiB, and a notice `N_TYPES_INFERRED` says as what.
 *
 * @example
 * await pipeline(source, parquet('result.parquet', { codec: 'zstd' }))
 * @throws SluiceError `E_USAGE` when an option is unknown, wrong or not one of Parquet, and for a compression of the
 * whole file; `E_UNSUPPORTED` for the codec zstd where Node has none.
 */
export function parquet(destination: Destination, options: ParquetOptions & ParquetFileOptions = {}): Sink {
  requireObject(options, 'the options of parquet')
  const { compression } = options
  requireOptions('parquet', options)
  const clobber = withDefaults('parquet', options).clobber!
  const complete = parquetOptions(options)
  const target = targetOf(destination)
  if (target.location !== undefined) requireNameFor('parquet', target.location)
  const packed = compression ?? compressionOf(target.name)
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
    place: target.name,
    prepare: async () => {
      const { reserveColumns } = await import('../../../kernel/columns/module.js')
      reserveColumns()
      await target.prepare({ clobber })
    },
    open: async (context) => {
      // The encoder is much code, and most results become something else.
      const { openParquet } = await import('./open.js')
      return openParquet(target, clobber, complete, context)
    },
    abandon: (reason) => target.abandon?.(reason),
  }
}
