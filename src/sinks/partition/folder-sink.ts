import type { Compression, Format } from '../../model/formats.js'
import type { AnySinkOptions } from '../../model/option-types.js'
import type { Sink } from '../contract.js'
import { assertEncodable } from '../formats/check.js'
import { prepareCodec } from '../formats/columns/zstd.js'
import { createSink } from '../formats/index.js'
import { type PartitionOptions, partitionBy } from './index.js'

/** Files of one format in a folder. */
export interface FolderFiles {
  readonly format: Format
  readonly compression: Compression
  /** The end of their names without its dot, such as `csv.gz`. */
  readonly extension: string
  readonly options: AnySinkOptions
  /** The columns whose values make folders. */
  readonly columns: readonly string[]
}

/**
 * A folder of files of one format, as the command and manifests write it. What makes these files impossible here is found
 * before anything is done.
 *
 * @throws SluiceError `E_USAGE` as `partitionBy` and the sink of the format do.
 */
export function folderSink(files: FolderFiles, options: PartitionOptions): Sink {
  const { format, compression, extension, columns } = files
  const settings = { ...files.options, compression }
  const make = (path: string) => createSink(format, `${path}.${extension}`, settings)
  // What is wrong with its options is found here.
  make('part')
  const { encryptTo } = settings
  const sink = partitionBy(columns, make, { ...options, ...(encryptTo !== undefined && { encryptTo }) })
  return {
    ...sink,
    prepare: async () => {
      assertEncodable(compression, settings)
      await prepareCodec(settings)
      await sink.prepare?.()
    },
  }
}
