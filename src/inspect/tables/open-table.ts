import type { OpenPlace } from './open-place.js'
import { openSourceTable } from './source-table.js'
import type { OpenTable } from './table.js'

/** The rows of a place that was opened, of whatever format. */
export async function openAsTable(
  opened: OpenPlace,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<OpenTable> {
  switch (opened.kind) {
    case 'table':
      return opened.table
    case 'msgpack':
      return openSourceTable(opened.source, options)
    case 'parquet': {
      const { openParquetTable } = await import('../parquet-file.js')
      return openParquetTable(opened.file)
    }
    default:
      return opened satisfies never
  }
}
