import type { AnySinkOptions, Compression, Format } from '../model/formats.js'
import type { Sink } from '../sinks/contract.js'
import { compressor } from '../sinks/formats/compress.js'
import { createSink } from '../sinks/formats/index.js'
import { withSchemaFile } from '../sinks/formats/schema-file.js'
import { type EarlierFilesRule, partitionBy } from '../sinks/partition/index.js'
import { targetOf } from '../sinks/targets/index.js'
import type { PlanEdits } from '../transforms/columns.js'

/** How an export writes its rows: what is the same in two runs gives the same output from the same job. */
export interface Writing {
  /** Absolute; a folder when there are partitions. */
  readonly path: string
  readonly format: Format
  readonly compression: Compression
  /** Of the files of partitions, such as `csv.gz`. */
  readonly extension: string
  readonly partitionBy: readonly string[] | undefined
  readonly maxRowsPerFile: number | undefined
  readonly earlierFiles: EarlierFilesRule | undefined
  readonly edits: PlanEdits
  readonly options: AnySinkOptions
}

/** Compressions that were tried: each try takes a third of a MiB, and a manifest may have thousands of exports. */
const available = new Set<Compression>()

/**
 * Finds out what makes a sink impossible here: options that exclude each other, a compression that this Node lacks.
 *
 * @throws SluiceError `E_USAGE` or `E_UNSUPPORTED`.
 */
export function assertWritable({ format, compression, extension, options }: Writing): void {
  createSink(format, `part.${extension}`, { ...options, compression })
  if (compression === 'none' || available.has(compression)) return
  compressor(compression).destroy()
  available.add(compression)
}

/**
 * The sink that writes it.
 *
 * @param runName tells the export and its scheduled time: another start of the same one replaces all partitions
 */
export function sinkOf(writing: Writing, runName: string): Sink {
  const { path, format, compression, extension, partitionBy: columns, maxRowsPerFile, earlierFiles } = writing
  const options = { ...writing.options, compression }
  if (columns === undefined) {
    const sink = createSink(format, path, options)
    return format === 'msgpack' ? withSchemaFile(sink, targetOf(path), options) : sink
  }
  return partitionBy(columns, (file) => createSink(format, `${file}.${extension}`, options), {
    folder: path,
    runName,
    ...(earlierFiles !== undefined && { earlierFiles }),
    ...(maxRowsPerFile !== undefined && { maxRowsPerFile }),
  })
}
