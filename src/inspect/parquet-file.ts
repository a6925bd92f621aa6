import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync } from 'hyparquet'
import { asSluiceError } from '../abort.js'
import { messageOf, SluiceError, shortageError } from '../errors.js'
import { Ticker } from '../pipeline/ticker.js'
import type { Value } from '../rows/reader.js'
import { DISTINCT_ERROR } from './hyperloglog.js'
import type { ChunkLayout, Inspection, ParquetIndex } from './inspection.js'
import { FIRST_ROWS, type InspectOptions } from './msgpack-rows.js'
import {
  chosenColumns,
  encrypted,
  type ParquetColumn,
  type RowGroup,
  readColumn,
  storedMetadata,
  undecodable,
} from './parquet-columns.js'
import { checkFooter, withSetsAsLists } from './parquet-footer.js'
import type { RandomFile } from './tables/random-file.js'
import type { OpenTable } from './tables/table.js'

/** Reads a Parquet file one column of one row group at a time, which bounds the memory by the largest of them. Closes the file. */
export async function inspectParquet(file: RandomFile, options: InspectOptions = {}): Promise<Inspection> {
  try {
    const metadata = await parquetFooter(file)
    return await inspect(file, metadata, options)
  } catch (error) {
    throw asSluiceError(error, options.signal, damagedFile)
  } finally {
    await file.close()
  }
}

/** The footer, checked. */
async function parquetFooter(file: RandomFile): Promise<FileMetaData> {
  const [magic] = new Uint32Array(await file.slice(file.byteLength - 4))
  if (magic === ENCRYPTED_MAGIC) throw encrypted('its footer is')
  try {
    // Looking for columns of GeoParquet goes through the tree of columns, which is to be checked first.
    const metadata = await parquetMetadataAsync(file, { geoparquet: false })
    checkFooter(metadata)
    return withSetsAsLists(metadata)
  } catch (error) {
    throw asSluiceError(error, undefined, (cause) => undecodable('its footer', cause))
  }
}

/** `PARE` in little-endian order, the end of a file with an encrypted footer. */
const ENCRYPTED_MAGIC = 0x45524150

async function inspect(
  file: AsyncBuffer,
  metadata: FileMetaData,
  options: InspectOptions,
): Promise<Inspection> {
  const { firstRows = FIRST_ROWS, onProgress = () => {} } = options
  const groups = metadata.row_groups
  // Old writers have left the number of the file at 0.
  const rows = groups.reduce((sum, group) => sum + Number(group.num_rows), 0)
  const rowsRead = Math.min(rows, options.limit ?? rows)
  const columns = chosenColumns(metadata, options)
  const stored = storedMetadata(metadata)
  const head: Value[][] = Array.from({ length: Math.min(firstRows, rowsRead) }, () => [])
  const progress = { bytesIn: 0, rows: 0 }
  const total = { bytes: chunkBytes(groups, columns, rowsRead), rows: rowsRead }
  const ticker = new Ticker(() => progress, total, onProgress)
  const pages: number[][] = groups.map(() => [])
  try {
    let from = 0
    for (const [number, group] of stored.row_groups.entries()) {
      const to = Math.min(rowsRead, from + Number(group.num_rows))
      for (let at = 0; at < columns.length && from < to; at++) {
        options.signal?.throwIfAborted()
        const column = columns[at]!
        const { profile, units } = column
        const take = (value: Value, i: number) => {
          profile.add(value)
          if (from + i < head.length)
            head[from + i]![at] = units !== undefined && typeof value === 'bigint' ? units.text(value) : value
        }
        const rows = to - from
        pages[number]![at] = await readColumn({ file, metadata: stored, group, column, rows, take })
        progress.bytesIn += groupBytes(group, column)
      }
      from += Number(group.num_rows)
      progress.rows = to
    }
  } finally {
    ticker.stop()
  }
  const chunks = groups.flatMap((group) => group.columns.map(({ meta_data }) => meta_data))
  return {
    format: 'parquet',
    compression: [...new Set(chunks.map((chunk) => chunk?.codec?.toLowerCase() ?? ''))].join(', '),
    bytes: file.byteLength,
    decodedBytes: chunks.reduce((sum, chunk) => sum + Number(chunk?.total_uncompressed_size ?? 0), 0),
    rows,
    rowsRead,
    rowGroups: groups.length,
    indexes: indexesOf(groups),
    ...(options.layout && {
      layout: groups.slice(0, MOST_GROUPS).map((group, number) => ({
        rows: Number(group.num_rows),
        columns: columns.map((column, at) => chunkLayout(group, column, pages[number]![at])),
      })),
    }),
    writer: metadata.created_by,
    columns: columns.map(({ profile }) => profile.summary()),
    distinctError: DISTINCT_ERROR,
    firstRows: head,
  }
}

/** Row groups whose layout is told. */
const MOST_GROUPS = 1000

function chunkLayout(group: RowGroup, { leaves }: ParquetColumn, pages: number | undefined): ChunkLayout {
  const chunks = leaves.map(({ index }) => group.columns[index]?.meta_data)
  return {
    bytes: chunks.reduce((sum, chunk) => sum + Number(chunk?.total_compressed_size ?? 0), 0),
    decodedBytes: chunks.reduce((sum, chunk) => sum + Number(chunk?.total_uncompressed_size ?? 0), 0),
    pages,
  }
}

/**
 * The rows of a Parquet file, in memory that is bounded by the largest row group.
 *
 * @param names the columns to read; others have NULLs. All without it
 * @throws SluiceError `E_PARQUET` for damage.
 */
export async function openParquetTable(
  file: RandomFile,
  names: readonly string[] | undefined,
): Promise<OpenTable> {
  const guarded = <T>(read: () => Promise<T>) =>
    read().catch((error: unknown) => {
      throw asSluiceError(error, undefined, damagedFile)
    })
  try {
    const metadata = await guarded(() => parquetFooter(file))
    const columns = chosenColumns(metadata, {})
    const stored = storedMetadata(metadata)
    return { ...tableAbout(file, metadata, columns), batches }

    async function* batches() {
      for (const group of stored.row_groups) {
        const rows = Number(group.num_rows)
        const cells = await guarded(async () => {
          const read: Value[][] = []
          for (const column of columns) {
            const values: Value[] = []
            read.push(values)
            if (names?.includes(column.profile.name) === false) continue
            const take = (value: Value, row: number) => {
              values[row] = value
            }
            await readColumn({ file, metadata: stored, group, column, rows, take })
          }
          return read
        })
        for (let from = 0; from < rows; from += SLICE)
          yield Array.from({ length: Math.min(SLICE, rows - from) }, (_, i) =>
            cells.map((column) => column[from + i] ?? null),
          )
      }
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Rows that are made at once. */
const SLICE = 1024

function tableAbout(
  file: RandomFile,
  { row_groups: groups }: FileMetaData,
  columns: readonly ParquetColumn[],
): Omit<OpenTable, 'batches'> {
  return {
    format: 'parquet',
    compression: () => undefined,
    bytes: file.byteLength,
    rows: groups.reduce((sum, group) => sum + Number(group.num_rows), 0),
    columns: columns.map(({ profile: { name, type }, units }) => ({ name, type, isGuessed: false, units })),
    bytesRead: () => file.byteLength,
    decodedBytes: () => file.byteLength,
    close: () => file.close(),
  }
}

const INDEXES: readonly (readonly [ParquetIndex, (group: RowGroup) => boolean])[] = [
  ['page_index', ({ columns }) => columns.some((chunk) => chunk.offset_index_offset !== undefined)],
  ['bloom_filters', ({ columns }) => columns.some((chunk) => hasField(chunk, 'bloom_filter_offset'))],
  ['sorting_columns', ({ sorting_columns = [] }) => sorting_columns.length > 0],
  ['encoding_stats', ({ columns }) => columns.some((chunk) => hasField(chunk, 'encoding_stats'))],
]

function hasField(chunk: RowGroup['columns'][number], field: 'bloom_filter_offset' | 'encoding_stats') {
  return chunk.meta_data?.[field] !== undefined
}

function indexesOf(groups: readonly RowGroup[]): ParquetIndex[] {
  return INDEXES.filter(([, isIn]) => groups.some(isIn)).map(([name]) => name)
}

/** Anything thrown while reading a file means that the file is damaged, unless the process lacks something. */
function damagedFile(error: unknown): SluiceError {
  const message = `the Parquet file cannot be read: ${messageOf(error)}`
  return shortageError(error) ?? new SluiceError('E_PARQUET', message, { cause: error })
}

function groupBytes(group: RowGroup, { leaves }: ParquetColumn): number {
  const own = leaves.map(({ index }) => group.columns[index]?.meta_data?.total_compressed_size)
  return own.reduce((sum: number, bytes) => sum + Number(bytes ?? 0), 0)
}

/** The parts of the file to read. */
function chunkBytes(groups: readonly RowGroup[], columns: readonly ParquetColumn[], rows: number): number {
  let [sum, from] = [0, 0]
  for (const group of groups) {
    if (from < rows) for (const column of columns) sum += groupBytes(group, column)
    from += Number(group.num_rows)
  }
  return sum
}
