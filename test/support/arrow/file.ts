import type { ArrowOptions } from '../../../src/model/option-types.js'
import { arrow, arrows } from '../../../src/sinks/formats/arrow/index.js'
import { type FeedOptions, type Schema, type WrittenFile, writeThrough } from '../parquet/file.js'

interface WriteArrowOptions extends ArrowOptions, FeedOptions {}

/** Writes rows as Arrow into memory: as a file, or as a stream. */
export function writeArrow(
  format: 'arrow' | 'arrows',
  schema: Schema | number,
  rows: readonly (readonly unknown[])[],
  options: WriteArrowOptions = {},
): Promise<WrittenFile> {
  const { edit, chunkBytes, jobId, limits, ...arrowOptions } = options
  const make = format === 'arrow' ? arrow : arrows
  return writeThrough((target) => make(target, arrowOptions), schema, rows, options)
}
