import type { Compression, Format } from '../model/formats.js'
import type { AnySinkOptions } from '../model/option-types.js'
import type { Sink } from '../sinks/contract.js'
import { assertEncodable } from '../sinks/formats/check.js'
import { createSink } from '../sinks/formats/index.js'
import { withSchemaFile } from '../sinks/formats/schema-file.js'
import { folderSink } from '../sinks/partition/folder-sink.js'
import type { EarlierFilesRule } from '../sinks/partition/rules.js'
import type { TableDestination } from '../sinks/tables/destination.js'
import { type NamedTableOptions, namedTable } from '../sinks/tables/named-table.js'
import type { TableReceipt } from '../sinks/tables/receipts.js'
import { withChecksum } from '../sinks/targets/checksum.js'
import { targetOf } from '../sinks/targets/index.js'
import { tee } from '../sinks/tee.js'
import type { PlanEdits } from '../transforms/plan-edits.js'

/** How an export writes its rows: what is the same in two runs gives the same output from the same job. */
export type Writing = FileWriting | TableWriting | SeveralWriting

/** Into a table. */
export interface TableWriting {
  /** Name in reports: without user and password. */
  readonly path: string
  readonly table: TableDestination
  readonly tableOptions: NamedTableOptions
  readonly edits: PlanEdits
}

/** The same rows into several files and folders, which become final together. */
export interface SeveralWriting {
  /** What reports call them: their paths. */
  readonly path: string
  readonly outputs: readonly FileWriting[]
  readonly edits: PlanEdits
}

/** The files and folders that are written; none where it is a table. */
export function fileWritings(writing: Writing): readonly FileWriting[] {
  if ('table' in writing) return []
  return 'outputs' in writing ? writing.outputs : [writing]
}

/** Into a file, or a folder of files. */
export interface FileWriting {
  /** Absolute. */
  readonly path: string
  /** Whether the path is a folder, of partitions or of files that were split. */
  readonly isFolder: boolean
  readonly format: Format
  readonly compression: Compression
  /** Of the files in a folder, such as `csv.gz`. */
  readonly extension: string
  readonly partitionBy: readonly string[] | undefined
  readonly maxRowsPerFile: number | undefined
  readonly maxBytesPerFile: number | undefined
  readonly receipt: true | undefined
  readonly earlierFiles: EarlierFilesRule | undefined
  readonly edits: PlanEdits
  readonly options: AnySinkOptions
  /** Whether the checksum lies beside the file. */
  readonly checksum: 'sha256' | undefined
}

/**
 * Finds out what makes a sink impossible here: options that exclude each other, a compression that this Node lacks.
 *
 * @throws SluiceError `E_USAGE` or `E_UNSUPPORTED`.
 */
export function assertWritable({ format, compression, extension, options }: FileWriting): void {
  createSink(format, `part.${extension}`, { ...options, compression })
  assertEncodable(compression, options)
}

/**
 * The sink that writes it.
 *
 * @param runName tells the export and its scheduled time: another start of the same one replaces all partitions
 * @param ofTable the receipt of rows that are appended to a table
 */
export function sinkOf(writing: Writing, runName: string, ofTable?: TableReceipt): Sink {
  if ('table' in writing)
    return namedTable(writing.table, { ...writing.tableOptions, ...(ofTable && { receipt: ofTable }) })
  if ('outputs' in writing) return tee(...writing.outputs.map((each) => sinkOf(each, runName)))
  const {
    path,
    format,
    compression,
    partitionBy: columns = [],
    maxRowsPerFile,
    maxBytesPerFile,
    receipt,
    earlierFiles,
  } = writing
  if (!writing.isFolder) {
    const options = { ...writing.options, compression }
    const target = writing.checksum === undefined ? targetOf(path) : withChecksum(path)
    const sink = createSink(format, target, options)
    return format === 'msgpack' ? withSchemaFile(sink, target, options) : sink
  }
  return folderSink(
    { ...writing, columns },
    {
      folder: path,
      runName,
      ...(earlierFiles !== undefined && { earlierFiles }),
      ...(maxRowsPerFile !== undefined && { maxRowsPerFile }),
      ...(maxBytesPerFile !== undefined && { maxBytesPerFile }),
      ...(receipt && { receipt }),
    },
  )
}
