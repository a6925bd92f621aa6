import { type FileHandle, open } from 'node:fs/promises'
import * as zlib from 'node:zlib'
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
} from 'hyparquet'
import { asSluiceError } from '../abort.js'
import { ioError, messageOf, SluiceError } from '../errors.js'
import { Ticker } from '../pipeline/ticker.js'
import type { Value } from '../rows/reader.js'
import { ColumnProfile } from './column-profile.js'
import { DISTINCT_ERROR } from './hyperloglog.js'
import type { Inspection } from './inspection.js'
import { FIRST_ROWS, type InspectOptions } from './msgpack-rows.js'
import { checkFooter } from './parquet-footer.js'
import { parquetType } from './parquet-types.js'

/** A Parquet file that is open, and what its footer says. */
interface OpenParquet {
  readonly file: AsyncBuffer
  readonly metadata: FileMetaData
}

/** Reads a Parquet file one column of one row group at a time, which bounds the memory by the largest of them. */
export async function inspectParquet(path: string, options: InspectOptions = {}): Promise<Inspection> {
  const handle = await open(path).catch((error: unknown) => {
    throw ioError(error, path)
  })
  try {
    const { size } = await handle.stat()
    const file = { byteLength: size, slice: (from: number, to = size) => bytesOf(handle, from, to, path) }
    // Looking for columns of GeoParquet goes through the tree of columns, which is to be checked first.
    const metadata = await parquetMetadataAsync(file, { geoparquet: false })
    return await inspect({ file, metadata }, options)
  } catch (error) {
    throw asSluiceError(error, options.signal, damaged)
  } finally {
    await handle.close()
  }
}

async function inspect({ file, metadata }: OpenParquet, options: InspectOptions): Promise<Inspection> {
  checkFooter(metadata)
  const { firstRows = FIRST_ROWS, onProgress = () => {} } = options
  const rows = Number(metadata.num_rows)
  const rowsRead = Math.min(rows, options.limit ?? rows)
  const profiles = chosen(metadata, options.columns)
  const head: Value[][] = Array.from({ length: Math.min(firstRows, rowsRead) }, () => [])
  const progress = { bytesIn: 0, rows: 0 }
  const ticker = new Ticker(
    () => progress,
    { bytes: chunkBytes(metadata, profiles, rowsRead), rows: rowsRead },
    onProgress,
  )
  try {
    let from = 0
    for (const group of metadata.row_groups) {
      const to = Math.min(rowsRead, from + Number(group.num_rows))
      for (let at = 0; at < profiles.length && from < to; at++) {
        options.signal?.throwIfAborted()
        const profile = profiles[at]!
        await readColumn(
          { file, metadata: { ...metadata, row_groups: [group] } },
          profile.name,
          to - from,
          (value, i) => {
            profile.add(value)
            if (from + i < head.length) head[from + i]![at] = value
          },
        )
        progress.bytesIn += groupBytes(group, profile.name)
      }
      from += Number(group.num_rows)
      progress.rows = to
    }
  } finally {
    ticker.stop()
  }
  const chunks = metadata.row_groups.flatMap((group) => group.columns.map(({ meta_data }) => meta_data))
  return {
    format: 'parquet',
    compression: [...new Set(chunks.map((chunk) => chunk?.codec?.toLowerCase() ?? ''))].join(', '),
    bytes: file.byteLength,
    decodedBytes: chunks.reduce((sum, chunk) => sum + Number(chunk?.total_uncompressed_size ?? 0), 0),
    rows,
    rowsRead,
    rowGroups: metadata.row_groups.length,
    writer: metadata.created_by,
    columns: profiles.map((profile) => profile.summary()),
    distinctError: DISTINCT_ERROR,
    firstRows: head,
  }
}

function chosen(metadata: FileMetaData, names: readonly string[] | undefined): ColumnProfile[] {
  const all = parquetSchema(metadata).children
  const columns = names?.map((name) => {
    const found = all.find(({ element }) => element.name === name)
    if (found !== undefined) return found
    throw new SluiceError('E_USAGE', `there is no column ${JSON.stringify(name)}`, {
      hint: `the columns are ${all
        .map(({ element }) => element.name)
        .slice(0, 20)
        .join(', ')}${all.length > 20 ? ', …' : ''}`,
    })
  })
  return (columns ?? all).map((tree) => new ColumnProfile(tree.element.name, parquetType(tree)))
}

/** The first cells of a column of a file with one row group: with all of them each read would look at all. */
async function readColumn(
  { file, metadata }: OpenParquet,
  column: string,
  rows: number,
  take: (value: Value, row: number) => void,
): Promise<void> {
  let read = 0
  await parquetRead({
    file,
    metadata,
    compressors: COMPRESSORS,
    columns: [column],
    rowEnd: rows,
    onChunk: ({ columnData, rowStart }) => {
      for (let i = 0; i < columnData.length && rowStart + i < rows; i++, read++) {
        take(cellOf(columnData[i]), rowStart + i)
      }
    },
  })
  if (read !== rows) {
    throw new SluiceError('E_PARQUET', `column ${JSON.stringify(column)} has ${read} of ${rows} values`)
  }
}

/**
 * hyparquet returns 64-bit integers as bigints; an exact number is as good, and quicker. It returns NULLs, nested ones
 * included, as undefined.
 */
function cellOf(value: unknown): Value {
  if (value === undefined) return null
  if (Array.isArray(value)) return value.map(cellOf)
  if (isStruct(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cellOf(item)]))
  if (typeof value === 'bigint' && value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER) {
    return Number(value)
  }
  return value as Value
}

function isStruct(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

/** Compressions that hyparquet lacks. zstd came to Node in 22.15. */
const COMPRESSORS: Compressors = {
  GZIP: (input, length) => unpacked(zlib.gunzipSync, input, length),
  BROTLI: (input, length) => unpacked(zlib.brotliDecompressSync, input, length),
  ZSTD: (input, length) => {
    const { zstdDecompressSync } = zlib as { zstdDecompressSync?: Unpack }
    if (zstdDecompressSync !== undefined) return unpacked(zstdDecompressSync, input, length)
    throw new SluiceError('E_UNSUPPORTED', 'the file is packed with zstd, which needs Node 22.15 or newer')
  },
}

type Unpack = (input: Uint8Array, options: { maxOutputLength: number }) => Uint8Array

/** Node takes no limit of 0, which is the length of a dictionary without values: that of a column of NULLs. */
function unpacked(unpack: Unpack, input: Uint8Array, length: number): Uint8Array {
  return length === 0 ? new Uint8Array() : new Uint8Array(unpack(input, { maxOutputLength: length }))
}

/** Anything thrown while reading a file means that the file is damaged. */
function damaged(error: unknown): SluiceError {
  const message = `the Parquet file cannot be read: ${messageOf(error)}`
  return new SluiceError('E_PARQUET', message, { cause: error })
}

async function bytesOf(handle: FileHandle, from: number, to: number, path: string): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(Math.max(0, to - from))
  try {
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, from)
    return bytes.buffer.slice(0, bytesRead)
  } catch (error) {
    throw ioError(error, path)
  }
}

function groupBytes(group: FileMetaData['row_groups'][number], column: string): number {
  const own = group.columns.filter(({ meta_data }) => meta_data?.path_in_schema[0] === column)
  return own.reduce((sum, { meta_data }) => sum + Number(meta_data?.total_compressed_size ?? 0), 0)
}

/** What is going to be read of the file. */
function chunkBytes(metadata: FileMetaData, columns: readonly ColumnProfile[], rows: number): number {
  let [sum, from] = [0, 0]
  for (const group of metadata.row_groups) {
    if (from < rows) for (const { name } of columns) sum += groupBytes(group, name)
    from += Number(group.num_rows)
  }
  return sum
}
