import type { ParquetOptions } from '../../../model/option-types.js'
import { withDefaults } from '../../../model/option-values.js'

/** Options with a default have a value. */
export type CompleteOptions = Required<Omit<ParquetOptions, Optional>> & Pick<ParquetOptions, Optional>

type Optional = 'profile' | 'codecLevel' | 'sortedBy' | 'bloom'

/** Options that were checked, with their defaults. */
export function parquetOptions(options: ParquetOptions): CompleteOptions {
  return { ...withDefaults('parquet', options), metadata: options.metadata ?? {} } as CompleteOptions
}
