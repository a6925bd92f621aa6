import type { ParquetOptions } from '../../../model/option-types.js'
import { withDefaults } from '../../../model/option-values.js'
import { assertCodec } from './codecs.js'

/** Options with a default have a value. */
export type CompleteOptions = Required<Omit<ParquetOptions, Optional>> & Pick<ParquetOptions, Optional>

type Optional = 'profile' | 'codecLevel' | 'sortedBy' | 'bloom'

/**
 * Options that were checked, with their defaults.
 *
 * @throws SluiceError `E_UNSUPPORTED` for the codec zstd where Node has none.
 */
export function parquetOptions(options: ParquetOptions): CompleteOptions {
  const complete = { ...withDefaults('parquet', options), metadata: options.metadata ?? {} }
  assertCodec(complete.codec!)
  return complete as CompleteOptions
}
