import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
  type SchemaTree,
} from 'hyparquet'
import { asSluiceError } from '../abort.js'
import { messageOf, SluiceError } from '../errors.js'
import { Ticker } from '../pipeline/ticker.js'
import { losslessText } from '../rows/lossless-text.js'
import type { Value } from '../rows/reader.js'
import { ColumnProfile } from './column-profile.js'
import { DISTINCT_ERROR } from './hyperloglog.js'
import type { ChunkLayout, Inspection, ParquetIndex } from './inspection.js'
import { FIRST_ROWS, type InspectOptions } from './msgpack-rows.js'
import { COMPRESSORS } from './parquet-codecs.js'
import { checkFooter } from './parquet-footer.js'
import { checkPages, damagedColumn } from './parquet-pages.js'
import { parquetType } from './parquet-types.js'
import { cellReader, storedElement, type Units } from './parquet-values.js'
import { noColumn } from './tables/profile-table.js'
import type { RandomFile } from './tables/random-file.js'
import type { OpenTable } from './tables/table.js'

/** A column of the table, which in the file is one leaf or several. */
interface Column {
  readonly profile: ColumnProfile
  readonly read: (stored: unknown) => Value
  readonly units: Units | undefined
  /** Its name for hyparquet: those of the file may occur twice. */
  readonly key: string
  readonly leaves: readonly Leaf[]
}

interface Leaf {
  /** Among the columns of a row group. */
  readonly index: number
  readonly type: string
  readonly maxDefinition: number
  readonly maxRepetition: number
}

type RowGroup = FileMetaData['row_groups'][number]

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
  // Looking for columns of GeoParquet goes through the tree of columns, which is to be checked first.
  const metadata = await parquetMetadataAsync(file, { geoparquet: false })
  checkFooter(metadata)
  return metadata
}

/** `PARE` in little-endian order, the end of a file with an encrypted footer. */
const ENCRYPTED_MAGIC = 0x45524150

function encrypted(what: string): SluiceError {
  return new SluiceError('E_UNSUPPORTED', `the Parquet file cannot be read: ${what} encrypted`)
}

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
  const columns = chosen(metadata, options)
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
        const { profile, units } = columns[at]!
        const oneGroup = { ...stored, row_groups: [group] }
        pages[number]![at] = await readColumn(file, oneGroup, columns[at]!, to - from, (value, i) => {
          profile.add(value)
          if (from + i < head.length)
            head[from + i]![at] = units !== undefined && typeof value === 'bigint' ? units.text(value) : value
        })
        progress.bytesIn += groupBytes(group, columns[at]!)
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

function chunkLayout(group: RowGroup, { leaves }: Column, pages: number | undefined): ChunkLayout {
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
    const columns = chosen(metadata, {})
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
            const oneGroup = { ...stored, row_groups: [group] }
            await readColumn(file, oneGroup, column, rows, (value, row) => {
              values[row] = value
            })
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
  columns: readonly Column[],
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

function chosen(metadata: FileMetaData, { columns: names, topValues }: InspectOptions): Column[] {
  let leaves = 0
  const all = parquetSchema(metadata).children.map((tree, i): Column => {
    const own = leavesOf(tree, leaves)
    leaves += own.length
    const { read, units } = cellReader(tree)
    const profile = new ColumnProfile(tree.element.name, parquetType(tree), units, topValues)
    return { profile, read, units, key: keyOf(i), leaves: own }
  })
  const chosen = names?.map((name) => {
    const found = all.find(({ profile }) => profile.name === name)
    if (found !== undefined) return found
    throw noColumn(name, { columns: all.map(({ profile }) => profile) })
  })
  return chosen ?? all
}

/** The leaves below a column, of which `before` come earlier in the table. */
function leavesOf(tree: SchemaTree, before: number, maxDefinition = 0, maxRepetition = 0): Leaf[] {
  const { repetition_type: repetition, type } = tree.element
  const definition = maxDefinition + (repetition === 'REQUIRED' ? 0 : 1)
  const repeated = maxRepetition + (repetition === 'REPEATED' ? 1 : 0)
  if (type !== undefined) return [{ index: before, type, maxDefinition: definition, maxRepetition: repeated }]
  const leaves: Leaf[] = []
  for (const child of tree.children)
    leaves.push(...leavesOf(child, before + leaves.length, definition, repeated))
  return leaves
}

function keyOf(column: number): string {
  return `c${column}`
}

/** The footer with what {@link cellReader} wants to be given: values as they are stored, of columns that have names of their own. */
function storedMetadata(metadata: FileMetaData): FileMetaData {
  const columns = parquetSchema(metadata).children
  const places = new Map(columns.map((tree, i) => [tree.element, i]))
  const schema = metadata.schema.map((element) => {
    const place = places.get(element)
    return { ...storedElement(element), ...(place !== undefined && { name: keyOf(place) }) }
  })
  const keys = columns.flatMap((tree, i) => leavesOf(tree, 0).map(() => keyOf(i)))
  const row_groups = metadata.row_groups.map((group) => ({
    ...group,
    columns: group.columns.map((chunk, i) => {
      const { meta_data } = chunk
      if (meta_data === undefined) return chunk
      const path_in_schema = [keys[i] ?? '', ...meta_data.path_in_schema.slice(1)]
      return { ...chunk, meta_data: { ...meta_data, path_in_schema } }
    }),
  }))
  return { ...metadata, schema, row_groups }
}

/** The first cells of a column of a file with one row group: with all of them each read would look at all. Returns how many pages it has. */
async function readColumn(
  file: AsyncBuffer,
  metadata: FileMetaData,
  column: Column,
  rows: number,
  take: (value: Value, row: number) => void,
): Promise<number> {
  const [group] = metadata.row_groups
  let pages = 0
  for (const leaf of column.leaves) pages += await checkLeaf(file, group!, leaf, column.profile.name)
  let read = 0
  let failure: unknown
  await parquetRead({
    file,
    metadata,
    compressors: COMPRESSORS,
    parsers: {
      timestampFromNanoseconds: (nanoseconds) => nanoseconds,
      stringFromBytes: (bytes) => bytes && losslessText(bytes),
    },
    utf8: false,
    columns: [column.key],
    rowEnd: rows,
    onChunk: ({ columnData, rowStart }) => {
      // hyparquet waits for nothing that is thrown here.
      try {
        for (let i = 0; i < columnData.length && rowStart + i < rows; i++, read++) {
          take(column.read(columnData[i]), rowStart + i)
        }
      } catch (error) {
        failure ??= error
      }
    },
  })
  if (failure !== undefined) throw failure
  if (read !== rows) {
    const name = JSON.stringify(column.profile.name)
    throw new SluiceError('E_PARQUET', `column ${name} has ${read} of ${rows} values`)
  }
  return pages
}

/** Returns the number of pages. */
async function checkLeaf(file: AsyncBuffer, group: RowGroup, leaf: Leaf, name: string): Promise<number> {
  const chunk = group.columns[leaf.index]
  if (chunk?.crypto_metadata !== undefined || chunk?.encrypted_column_metadata !== undefined)
    throw encrypted(`column ${JSON.stringify(name)} is`)
  if (chunk?.meta_data === undefined) throw damagedColumn(name, 'it has no place in a row group')
  const { codec, num_values, total_uncompressed_size, total_compressed_size } = chunk.meta_data
  const { data_page_offset, dictionary_page_offset } = chunk.meta_data
  const [data, dictionary] = [Number(data_page_offset), Number(dictionary_page_offset ?? 0)]
  // A dictionary comes before the values, and some writers say 0 where there is none.
  const from = dictionary > 0 && dictionary < data ? dictionary : data
  const to = from + Number(total_compressed_size)
  if (!(from >= 0 && to <= file.byteLength)) throw damagedColumn(name, 'it ends behind the file')
  const values = Number(num_values)
  if (leaf.maxRepetition === 0 && values !== Number(group.num_rows))
    throw damagedColumn(name, `it has ${values} of ${group.num_rows} values`)
  return checkPages(new Uint8Array(await file.slice(from, to)), {
    ...leaf,
    name,
    codec,
    values,
    unpackedBytes: Number(total_uncompressed_size),
  })
}

/** Anything thrown while reading a file means that the file is damaged. */
function damagedFile(error: unknown): SluiceError {
  const message = `the Parquet file cannot be read: ${messageOf(error)}`
  return new SluiceError('E_PARQUET', message, { cause: error })
}

function groupBytes(group: RowGroup, { leaves }: Column): number {
  const own = leaves.map(({ index }) => group.columns[index]?.meta_data?.total_compressed_size)
  return own.reduce((sum: number, bytes) => sum + Number(bytes ?? 0), 0)
}

/** The parts of the file to read. */
function chunkBytes(groups: readonly RowGroup[], columns: readonly Column[], rows: number): number {
  let [sum, from] = [0, 0]
  for (const group of groups) {
    if (from < rows) for (const column of columns) sum += groupBytes(group, column)
    from += Number(group.num_rows)
  }
  return sum
}
