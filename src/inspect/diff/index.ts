import { requireShape } from '../../errors.js'
import { isUrl, pathOfUrl } from '../../files/file-url.js'
import type { Source } from '../../sources/contract.js'
import { checkOptions, type OptionShapes } from '../../usage.js'
import { openPlace } from '../tables/open-place.js'
import { openAsTable } from '../tables/open-table.js'
import { openSourceTable } from '../tables/source-table.js'
import type { OpenTable } from '../tables/table.js'
import { compareTables, type DiffOptions, neededColumns } from './compare-tables.js'
import type { TableDiff } from './table-diff.js'

const OPTIONS: OptionShapes<DiffOptions> = {
  signal: 'signal',
  key: 'texts',
  columns: 'texts',
  examples: 'count',
  maxMemory: 'count',
}

/**
 * Compares two tables: files of any format that `inspect` reads, objects of stores, or results of sources. Values are compared by what
 * they are and not by how they are written: integers and decimals exactly, times as moments. Where a text format meets typed values, its
 * texts are read as those types. Rows with the same key are compared in their order.
 *
 * Holds a batch of each table, of Parquet a row group; by key also the rows that wait for their counterpart, up to `maxMemory`.
 *
 * @example
 * const { equal, columns } = await diff('a.parquet', 'b.csv.gz', { key: ['id'] })
 * @throws SluiceError `E_USAGE` for a column that is in neither table, or a key that is not in both; `E_LIMIT_HELD` where more rows wait
 *   than `maxMemory` holds; what `inspect` throws where a table cannot be read.
 */
export async function diff(
  a: string | URL | Source,
  b: string | URL | Source,
  options: DiffOptions = {},
): Promise<TableDiff> {
  checkOptions(options, 'diff', OPTIONS)
  const first = await tableOf(a, options)
  const second = await tableOf(b, options).catch(async (error: unknown) => {
    await first.close()
    throw error
  })
  return compareTables(first, second, options)
}

async function tableOf(place: string | URL | Source, options: DiffOptions): Promise<OpenTable> {
  const path = isUrl(place) ? pathOfUrl(place, 'files') : place
  if (typeof path === 'string')
    return openAsTable(await openPlace(path, { signal: options.signal }), {
      signal: options.signal,
      columns: neededColumns(options),
    })
  requireShape(
    typeof (path as Source | null)?.open === 'function',
    'what is compared',
    'the path of a file, or a source that query, job, file, stdin or stream has made',
  )
  return openSourceTable(path, options)
}
