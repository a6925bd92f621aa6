import {
  type AsyncBuffer,
  type FileMetaData,
  parquetRead,
  parquetSchema,
  type SchemaElement,
  type SchemaTree,
} from 'hyparquet'
import { asSluiceError } from '../abort.js'
import { messageOf, SluiceError, shortageError } from '../errors.js'
import { losslessText } from '../rows/lossless-text.js'
import type { Value } from '../rows/reader.js'
import { ColumnProfile } from './column-profile.js'
import type { InspectOptions } from './msgpack-rows.js'
import { COMPRESSORS } from './parquet-codecs.js'
import { checkPages, damagedColumn } from './parquet-pages.js'
import { isMap, parquetType } from './parquet-types.js'
import { cellReader, storedElement, type Units } from './parquet-values.js'
import { noColumn } from './tables/profile-table.js'

/** A column of the table, which in the file is one leaf or several. */
export interface ParquetColumn {
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

export type RowGroup = FileMetaData['row_groups'][number]

/** The columns of the file, or those that the options name. */
export function chosenColumns(
  metadata: FileMetaData,
  { columns: names, topValues }: InspectOptions,
): ParquetColumn[] {
  let leaves = 0
  const all = parquetSchema(metadata).children.map((tree, i): ParquetColumn => {
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
export function storedMetadata(metadata: FileMetaData): FileMetaData {
  const root = parquetSchema(metadata)
  const names = new Map(root.children.map((tree, i) => [tree.element, keyOf(i)]))
  nameEntries(root, names)
  const schema = metadata.schema.map((element) => {
    const name = names.get(element) ?? element.name
    return { ...storedElement(element), name }
  })
  const paths = leafPaths(parquetSchema({ ...metadata, schema }))
  const row_groups = metadata.row_groups.map((group) => ({
    ...group,
    columns: group.columns.map((chunk, i) => {
      const { meta_data } = chunk
      if (meta_data === undefined) return chunk
      return { ...chunk, meta_data: { ...meta_data, path_in_schema: paths[i] ?? [] } }
    }),
  }))
  return { ...metadata, schema, row_groups }
}

/** hyparquet finds the keys and values of maps by these names, which the format recommends and does not demand. */
function nameEntries(tree: SchemaTree, names: Map<SchemaElement, string>): void {
  const [key, value] = tree.children[0]?.children ?? []
  if (isMap(tree.element) && key !== undefined && value !== undefined) {
    names.set(key.element, 'key')
    names.set(value.element, 'value')
  }
  for (const child of tree.children) nameEntries(child, names)
}

/** In the order of the columns of a row group. */
function leafPaths({ element, children, path }: SchemaTree): string[][] {
  return element.type !== undefined ? [path] : children.flatMap(leafPaths)
}

/** Cells of a column in one row group. */
interface ColumnRead {
  readonly file: AsyncBuffer
  readonly metadata: FileMetaData
  /** One of the footer. */
  readonly group: RowGroup
  readonly column: ParquetColumn
  /** How many cells, from the first on. */
  readonly rows: number
  readonly take: (value: Value, row: number) => void
}

/** Reads them. Returns how many pages the column has. @throws SluiceError with the name of the column. */
export async function readColumn(read: ColumnRead): Promise<number> {
  const what = `column ${JSON.stringify(read.column.profile.name)}`
  try {
    return await decodeColumn(read)
  } catch (error) {
    throw asSluiceError(error, undefined, (cause) => undecodable(what, cause))
  }
}

async function decodeColumn(options: ColumnRead): Promise<number> {
  const { file, metadata, group, column, rows, take } = options
  const { name } = column.profile
  const margin = missingBytes(metadata.created_by)
  const chunks = [...group.columns]
  let pages = 0
  for (const leaf of column.leaves) {
    const found = await checkLeaf(file, group, leaf, name, margin)
    pages += found.pages
    if (margin > 0) chunks[leaf.index] = ofLength(chunks[leaf.index]!, found.bytes)
  }
  let read = 0
  let failure: unknown
  await parquetRead({
    file,
    // With all row groups each read would look at all of them.
    metadata: { ...metadata, row_groups: [{ ...group, columns: chunks }] },
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
  if (read !== rows) throw damagedColumn(name, `it has ${read} of ${rows} values`)
  return pages
}

/**
 * Bytes that a chunk may be longer than the footer says: parquet-mr before 1.2.9 left out the header of the dictionary, of up to
 * 100 bytes. See https://issues.apache.org/jira/browse/PARQUET-816
 */
function missingBytes(writer = ''): number {
  const match = /^parquet-mr(?: version (\d+)\.(\d+)\.(\d+))?/.exec(writer)
  if (match === null) return 0
  const [major = 0, minor = 0, patch = 0] = match.slice(1).map((part = '0') => Number(part))
  return major * 10_000 + minor * 100 + patch < 10_209 ? 100 : 0
}

function ofLength(chunk: RowGroup['columns'][number], bytes: number): RowGroup['columns'][number] {
  return { ...chunk, meta_data: { ...chunk.meta_data!, total_compressed_size: BigInt(bytes) } }
}

/** @param margin bytes that it may be longer than the footer says */
async function checkLeaf(
  file: AsyncBuffer,
  group: RowGroup,
  leaf: Leaf,
  name: string,
  margin: number,
): Promise<{ readonly pages: number; readonly bytes: number }> {
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
  const end = Math.min(to + margin, file.byteLength)
  return checkPages(new Uint8Array(await file.slice(from, end)), {
    ...leaf,
    name,
    codec,
    values,
    unpackedBytes: Number(total_uncompressed_size),
  })
}

/** The failure of a part that only readers with its key can read. */
export function encrypted(what: string): SluiceError {
  return new SluiceError('E_UNSUPPORTED', `the Parquet file cannot be read: ${what} encrypted`)
}

/** A part of the file, named, with what a decoder stumbled over: a text of its own, or one of JavaScript. */
export function undecodable(part: string, cause: unknown): SluiceError {
  const message = `the Parquet file cannot be read: ${part} cannot be decoded: ${messageOf(cause)}`
  return shortageError(cause) ?? new SluiceError('E_PARQUET', message, { cause })
}
