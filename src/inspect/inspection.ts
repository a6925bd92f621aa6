import type { Format } from '../model/formats.js'
import type { Value } from '../rows/reader.js'
import type { TopValues } from './top-values.js'

/** Kinds of values as they are stored. */
export type ValueKind = 'boolean' | 'number' | 'text' | 'time' | 'binary' | 'nested'

/** The profile of one column. Counts are of the rows read. */
export interface ColumnSummary {
  /** Its name. */
  readonly name: string
  /** The type in the schema or the file, or one guessed from the values; empty where nothing is known. */
  readonly type: string
  /** Set where the type was guessed, as text formats have none: from the first rows, and widened to `varchar` by later ones. */
  readonly isGuessed?: true
  /** Cells that are NULL. */
  readonly nulls: number
  /** Cells that are not NULL, by the kind of their values; more than one kind is a mixed column. */
  readonly kinds: Readonly<Partial<Record<ValueKind, number>>>
  /** Estimated number of different values, see {@link Inspection.distinctError}; NULL does not count. */
  readonly distinct: number
  /** The least and the greatest value, of the commonest kind; texts in the order of their UTF-16 units, cut. */
  readonly min: number | bigint | string | boolean | null
  /** See `min`. */
  readonly max: number | bigint | string | boolean | null
  /** How many values are NaN or infinite; minimum, maximum and histogram leave them out. */
  readonly special: number
  /** How the values are spread, or the lengths of texts and binary in characters and bytes; null where all are alike. */
  readonly histogram: ColumnHistogram | null
  /** The commonest values, where the option `topValues` asks for them. */
  readonly top?: TopValues
}

/** How many cells there are in each part of a range. */
export interface ColumnHistogram {
  /** Values, or lengths of texts and binary in characters and bytes. */
  readonly of: 'value' | 'length'
  /** Where the range begins. */
  readonly from: number
  /** Where it ends, inclusive. */
  readonly to: number
  /** Cells in each of equal parts of the range. */
  readonly counts: readonly number[]
}

/**
 * Structures that tell readers of Parquet which parts to skip: bounds and places of pages, filters of values, the order of
 * rows, and whether all pages of a column have a dictionary.
 */
export type ParquetIndex = 'page_index' | 'bloom_filters' | 'sorting_columns' | 'encoding_stats'

/** How one row group of a Parquet file is stored. */
export interface RowGroupLayout {
  /** Its rows. */
  readonly rows: number
  /** For each of the columns looked at, in their order. */
  readonly columns: readonly ChunkLayout[]
}

/** How a column is stored in one row group, all parts of a nested one together. */
export interface ChunkLayout {
  /** Bytes in the file. */
  readonly bytes: number
  /** Bytes before they were compressed. */
  readonly decodedBytes: number
  /** Pages, those of dictionaries included. Unknown of row groups behind the limit of rows, which are not read. */
  readonly pages: number | undefined
}

/** Result of `inspect`. */
export interface Inspection {
  /** Format of the file. */
  readonly format: Format
  /** `gzip`, `zstd`, `none`, or the codecs inside of a Parquet or Arrow file; undefined for a stream that was not read to its end. */
  readonly compression: string | undefined
  /** Bytes of the file; undefined for a stream of unknown length that was not read to its end. */
  readonly bytes: number | undefined
  /** Bytes without compression; undefined where the limit ended the reading before them. */
  readonly decodedBytes: number | undefined
  /** All rows of the file; undefined where the limit ended the reading before them. */
  readonly rows: number | undefined
  /** Rows that the summaries are made of. */
  readonly rowsRead: number
  /** Row groups of a Parquet file. */
  readonly rowGroups: number | undefined
  /** Structures of a Parquet file for readers that skip parts of it, in at least one column of one row group. */
  readonly indexes: readonly ParquetIndex[] | undefined
  /** The row groups of a Parquet file, where the option `layout` asks for them; the first 1,000. */
  readonly layout?: readonly RowGroupLayout[]
  /** `created_by` of a Parquet file. */
  readonly writer: string | undefined
  /** In the order of the file, or in that of the option. */
  readonly columns: readonly ColumnSummary[]
  /** The standard error of {@link ColumnSummary.distinct}, as a part of it. */
  readonly distinctError: number
  /** The first rows, each an array in the order of `columns`. */
  readonly firstRows: readonly (readonly Value[])[]
}
