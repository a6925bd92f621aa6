import { type FileHandle, open } from 'node:fs/promises'
import { ioError } from '../errors.js'
import { file } from '../sources/local.js'
import type { Inspection } from './inspection.js'
import { type InspectOptions, inspectRows } from './msgpack-rows.js'

export type { ColumnHistogram, ColumnSummary, Inspection, ValueKind } from './inspection.js'
export { type InspectOptions, inspectRows } from './msgpack-rows.js'

export interface InspectFileOptions extends InspectOptions {
  /** `hive_result_schema` for msgpack, which brings no names and types of its own. A Parquet file has its own. */
  readonly schema?: string | undefined
}

const PARQUET_MAGIC = 'PAR1'
const GZIP_MAGIC = '\x1f\x8b'

/**
 * What is in a local file, by its first bytes: Parquet, or msgpack rows, gzip'd or not. Reads it once from the beginning
 * to the end, or to the limit, in memory that does not depend on its size; Parquet one column of a row group at a time.
 *
 * Rejects with `E_IO`, with `E_USAGE` for a column that is not there, and with what damaged data deserves.
 */
export async function inspectFile(path: string, options: InspectFileOptions = {}): Promise<Inspection> {
  const head = await firstBytes(path)
  if (head === PARQUET_MAGIC) {
    const { inspectParquet } = await import('./parquet-file.js')
    return inspectParquet(path, options)
  }
  const found = await inspectRows(file(path, { schema: options.schema }), options)
  return { ...found, compression: found.compression ?? (head?.startsWith(GZIP_MAGIC) ? 'gzip' : 'none') }
}

/** Four bytes of a regular file; what comes out of a FIFO would be lost to its reader. */
async function firstBytes(path: string): Promise<string | undefined> {
  let handle: FileHandle | undefined
  try {
    handle = await open(path)
    if (!(await handle.stat()).isFile()) return undefined
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0)
    return buffer.toString('latin1', 0, bytesRead)
  } catch (error) {
    throw ioError(error, path)
  } finally {
    await handle?.close()
  }
}
