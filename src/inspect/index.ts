/**
 * `inspect`: what is in a result or a file; `diff`: how two of them differ. The commands `td-sluice inspect` and `td-sluice diff` print the same.
 *
 * @packageDocumentation
 */

import { requireShape } from '../errors.js'
import { isUrl, pathOfUrl } from '../files/file-url.js'
import { FORMAT_NAMES, type Format } from '../model/formats.js'
import type { Source } from '../sources/contract.js'
import { checkOptions, type OptionShapes } from '../usage.js'
import { inspectOpened } from './inspect-place.js'
import type { Inspection } from './inspection.js'
import { type InspectOptions, inspectRows } from './msgpack-rows.js'
import { openPlace } from './tables/open-place.js'

export type { DiffOptions } from './diff/compare-tables.js'
export { diff } from './diff/index.js'
export type { ColumnDiff, DiffExample, TableDiff } from './diff/table-diff.js'
export type {
  ChunkLayout,
  ColumnHistogram,
  ColumnSummary,
  Inspection,
  ParquetIndex,
  RowGroupLayout,
  ValueKind,
} from './inspection.js'
export type { InspectOptions } from './msgpack-rows.js'
export type { TopValue, TopValues } from './top-values.js'

/** Options of {@link inspect} for a file, or an object of a store. */
export interface InspectFileOptions extends InspectOptions {
  /**
   * `hive_result_schema` for msgpack, which brings no names and types of its own. Other formats have their own names.
   *
   * @default none: the columns are named `_col0`, `_col1`, …
   */
  readonly schema?: string | undefined
  /**
   * The format of the file.
   *
   * @default what its first bytes say, else its name, else msgpack
   */
  readonly format?: Format | undefined
  /**
   * The delimiter of CSV or TSV, one character.
   *
   * @default a tab for TSV; for CSV a comma, or `;`, a tab or `|` where the first line has no comma
   */
  readonly delimiter?: string | undefined
  /**
   * Whether the first row of CSV or TSV has the names of the columns.
   *
   * @default true
   */
  readonly header?: boolean | undefined
  /**
   * The cell of CSV or TSV that is NULL, where it is not quoted.
   *
   * @default nothing in CSV, `\N` in TSV
   */
  readonly nullText?: string | undefined
}

const OPTIONS: OptionShapes<InspectFileOptions> = {
  signal: 'signal',
  onProgress: 'function',
  columns: 'texts',
  limit: 'count',
  firstRows: 'count',
  limits: 'object',
  topValues: 'count',
  layout: 'boolean',
  schema: 'schema text',
  format: FORMAT_NAMES,
  delimiter: 'text',
  header: 'boolean',
  nullText: 'text',
}

/**
 * Describes the content of a local file, an object of a store (`s3://`, `gs://`, `az://`, `sftp://`), or the result of a source: Parquet, Arrow, CSV, TSV, NDJSON, JSON
 * or msgpack rows, packed with gzip or, save msgpack, with zstd. Reads it once from the beginning to the end, or to the limit, in memory that
 * does not depend on its size: of Parquet one column of a row group, of Arrow one batch. Of Parquet in a store, only the columns
 * that are asked for are fetched.
 *
 * Text formats have no types: theirs are guessed from the first 1,000 rows, and each such column says so (`isGuessed`).
 *
 * @example
 * const { rows, columns } = await inspect('result.parquet')
 * @throws SluiceError `E_IO` when the file cannot be read, `E_NOT_FOUND` where a store has no such object, `E_USAGE` for a column that
 *   is not there, `E_TEXT_DAMAGED`, `E_ARROW` and `E_PARQUET` for damaged files, and what a pipeline throws where msgpack is damaged
 *   or not what the job record announces.
 */
export async function inspect(
  place: string | URL | Source,
  options: InspectFileOptions = {},
): Promise<Inspection> {
  checkOptions(options, 'inspect', OPTIONS)
  const path = isUrl(place) ? pathOfUrl(place, 'files') : place
  if (typeof path === 'string') return inspectOpened(await openPlace(path, options), options)
  const { schema, ...rest } = options
  requireShape(
    typeof (path as Source | null)?.open === 'function',
    'what is inspected',
    'the path of a file, or a source that query, job, file, stdin or stream has made',
  )
  requireShape(schema === undefined, 'the schema of a source', 'an option of the source')
  return inspectRows(path, rest)
}
