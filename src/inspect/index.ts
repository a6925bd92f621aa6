/**
 * `inspect`: what is in a result or a file, as the command `td-sluice inspect` tells it.
 *
 * @packageDocumentation
 */

import { type FileHandle, open } from 'node:fs/promises'
import { ioError, requireShape } from '../errors.js'
import { isUrl, pathOfUrl } from '../files/file-url.js'
import type { Source } from '../sources/contract.js'
import { file } from '../sources/local.js'
import { checkOptions, type OptionShapes } from '../usage.js'
import type { Inspection } from './inspection.js'
import { type InspectOptions, inspectRows } from './msgpack-rows.js'

export type { ColumnHistogram, ColumnSummary, Inspection, ParquetIndex, ValueKind } from './inspection.js'
export type { InspectOptions } from './msgpack-rows.js'

/** Options of {@link inspect} for a file. */
export interface InspectFileOptions extends InspectOptions {
  /**
   * `hive_result_schema` for msgpack, which brings no names and types of its own. A Parquet file has its own.
   *
   * @default none: the columns are named `_col0`, `_col1`, …
   */
  readonly schema?: string | undefined
}

/** Plain, and with an encrypted footer. */
const PARQUET_MAGIC = ['PAR1', 'PARE']
const GZIP_MAGIC = '\x1f\x8b'

const OPTIONS: OptionShapes<InspectFileOptions> = {
  signal: 'signal',
  onProgress: 'function',
  columns: 'texts',
  limit: 'count',
  firstRows: 'count',
  limits: 'object',
  schema: 'schema text',
}

/**
 * What is in a local file, by its first bytes Parquet or msgpack rows, gzip'd or not; or in the result of a source. Reads it
 * once from the beginning to the end, or to the limit, in memory that does not depend on its size.
 *
 * @example
 * const { rows, columns } = await inspect('result.parquet')
 * @throws SluiceError `E_IO` when the file cannot be read, `E_USAGE` for a column that is not there, and what a pipeline
 *   throws where the data is damaged or not what the job record announces.
 */
export async function inspect(
  place: string | URL | Source,
  options: InspectFileOptions = {},
): Promise<Inspection> {
  checkOptions(options, 'inspect', OPTIONS)
  const path = isUrl(place) ? pathOfUrl(place, 'files') : place
  if (typeof path === 'string') return inspectFile(path, options)
  const { schema, ...rest } = options
  requireShape(
    typeof (path as Source | null)?.open === 'function',
    'what is inspected',
    'the path of a file, or a source that query, job, file, stdin or stream has made',
  )
  requireShape(schema === undefined, 'the schema of a source', 'an option of the source')
  return inspectRows(path, rest)
}

/** Parquet is read one column of a row group at a time. */
async function inspectFile(path: string, options: InspectFileOptions): Promise<Inspection> {
  const head = await firstBytes(path)
  if (head !== undefined && PARQUET_MAGIC.includes(head)) {
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
