import type { Inspection } from './inspection.js'
import { type InspectOptions, inspectRows } from './msgpack-rows.js'
import type { OpenPlace } from './tables/open-place.js'
import { profileTable } from './tables/profile-table.js'

/** Describes the content of an open place and closes it. Parquet is read one column of a row group at a time. */
export async function inspectOpened(opened: OpenPlace, options: InspectOptions): Promise<Inspection> {
  switch (opened.kind) {
    case 'parquet': {
      const { inspectParquet } = await import('./parquet-file.js')
      return inspectParquet(opened.file, options)
    }
    case 'table':
      return profileTable(opened.table, options)
    case 'msgpack': {
      const found = await inspectRows(opened.source, options)
      // What was unpacked on the way here is plain to the reader of rows.
      const isUnpacked = opened.compression === 'zstd'
      return {
        ...found,
        compression: isUnpacked ? opened.compression : (found.compression ?? opened.compression),
      }
    }
    default:
      return opened satisfies never
  }
}
