import type { OpenPlace } from './open-place.js'
import { openSourceTable } from './source-table.js'
import type { OpenTable } from './table.js'

/** How rows are read. */
export interface TableOptions {
  readonly signal?: AbortSignal | undefined
  /**
   * Only these columns are needed: a format that can leave the others out has NULLs in them.
   *
   * @default all
   */
  readonly columns?: readonly string[] | undefined
}

/** The rows of a place that was opened, of whatever format. */
export async function openAsTable(opened: OpenPlace, options: TableOptions): Promise<OpenTable> {
  switch (opened.kind) {
    case 'table':
      return opened.table
    case 'msgpack':
      return openSourceTable(opened.source, options)
    case 'parquet': {
      const { openParquetTable } = await import('../parquet-file.js')
      return openParquetTable(opened.file, options.columns)
    }
    default:
      return opened satisfies never
  }
}
