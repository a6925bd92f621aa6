import type { Format } from '../../model/formats.js'
import type { Value } from '../../rows/reader.js'
import type { Units } from '../parquet-values.js'

/** A column of a table. */
export interface DataColumn {
  readonly name: string
  /** Its SQL type; empty where nothing is known. */
  readonly type: string
  /** Whether the type was guessed from values, because the format has none. It may widen while rows are read. */
  readonly isGuessed: boolean
  /** The unit of the bigints that `measure` returns, if they are not values themselves. */
  readonly units?: Units | undefined
  /**
   * A cell as its profile takes it: a number where the cell is the text of one.
   *
   * @default the cell itself
   */
  readonly measure?: ((cell: Value) => Value) | undefined
}

/**
 * A table whose rows are read once, in order, in batches of bounded size. `columns` may grow while rows of NDJSON are read: rows
 * that came before, and rows that are shorter, have NULL there.
 */
export interface OpenTable {
  readonly format: Format
  /** Known when the rows were read. */
  readonly compression: () => string | undefined
  /** Bytes of the file; undefined for a stream. */
  readonly bytes: number | undefined
  /** Rows, where something has told them before they were read. */
  readonly rows: number | undefined
  readonly columns: readonly DataColumn[]
  /** Bytes read so far, as stored. */
  readonly bytesRead: () => number
  /** Bytes so far without the compression of the whole. */
  readonly decodedBytes: () => number
  /** Cells are as stored: texts of CSV are texts, decimals and times with all their digits. */
  batches(): AsyncIterable<readonly (readonly Value[])[]>
  /** Lets go of everything. Never rejects. */
  close(failure?: unknown): Promise<void>
}
