import { isAbsolute } from 'node:path'
import { SluiceError } from '../../errors.js'
import { checkOptions, type OptionShapes } from '../../usage.js'
import { type Target, targetOf } from '../targets/index.js'
import type { EarlierFilesOptions } from './earlier-files.js'
import { isRemoteFolder, type RemoteFolder } from './remote-folder.js'
import type { ReplacementRule } from './replacement.js'
import { EARLIER_FILES_RULES, type EarlierFilesRule } from './rules.js'

/** How rows are divided among files. */
export interface PartitionOptions {
  /**
   * Folder in which the files are made: a path, a URL such as `s3://bucket/folder`, or a target of the program. It and those below
   * are created where they are missing.
   *
   * @default the current one
   */
  folder?: string | URL | Target
  /**
   * Files that are written at the same time. Rows of other partitions are held in memory, see `maxHeldBytes`.
   *
   * @default 16
   */
  maxOpenFiles?: number
  /**
   * Memory for rows of partitions whose file is not open, in bytes, packed to a third or less. When it is full, the partition
   * with most rows in it gets a file, and the file that has rested longest is finished; should more of its rows come, they go to
   * the partition's next file. With 0 nothing is held.
   *
   * @default 50331648
   */
  maxHeldBytes?: number
  /**
   * Rows of one file.
   *
   * @default as many as come
   */
  maxRowsPerFile?: number
  /**
   * Bytes of one file, compressed where it is, at most: the next row goes to another file when the present one would have
   * more. What a compressor or Parquet holds in memory is estimated, so that such files may be smaller, and those of very
   * uneven rows a little larger. A single row is never divided.
   *
   * @default as many as come
   */
  maxBytesPerFile?: number
  /**
   * Whether the columns that make the path are in the files too.
   *
   * @default false, as readers take them from the path
   */
  keepColumns?: boolean
  /**
   * How to treat files that earlier runs have written and this one does not, where readers would take them for part of
   * the same result: those of the same format in the partitions that this run writes, and with `runName` more. Only files
   * that td-sluice has written and that are unchanged since are removed, after the new ones are final; a notice
   * `N_EARLIER_FILES` tells it.
   *
   * @default 'remove'
   */
  earlierFiles?: EarlierFilesRule
  /**
   * Names what this run writes, such as the day that it adds to a growing data set: all that an earlier run of the same name
   * wrote in the folder is replaced, in whatever partition and format.
   *
   * @default none: other partitions stay
   */
  runName?: string
  /**
   * Whether to write a receipt, `manifest.json` in the folder: all files with rows, bytes and SHA-256, the columns, the job,
   * and the SHA-256 of the query. It is removed before the first file changes and written when all are final, so who waits for
   * it reads a whole result. The folder is one result then: all that td-sluice has written there before is replaced.
   *
   * @default false
   */
  receipt?: boolean
  /**
   * Whether the folder may hold files already. With false, one that is not empty is refused before anything is done.
   *
   * @default true
   */
  clobber?: boolean
  /**
   * The recipients that `make` encrypts the files to, as it gives them to its sinks. Said here as well, so that what is wrong with
   * them is found before anything is sent, and a source that keeps its download in plain form is refused.
   *
   * @default none
   */
  encryptTo?: string | readonly string[]
}

/** Options that are complete and checked. */
export interface CompletePartitionOptions
  extends Required<Omit<PartitionOptions, 'folder' | 'runName' | 'earlierFiles' | 'encryptTo'>> {
  readonly encryptTo: string | readonly string[] | undefined
  /** Name of the folder in messages. */
  readonly name: string
  /** The target of a path below the folder, without the end that names the format. */
  readonly targetAt: (path: string) => Target
  /** How to treat files of earlier runs. */
  readonly rule: ReplacementRule
  /** The folder where it is one of the local file system. */
  readonly earlier?: EarlierFilesOptions
  /** A folder in a store or on a server. */
  readonly remote?: RemoteFolder
}

const PARTITION_OPTIONS: OptionShapes<PartitionOptions> = {
  folder: 'text or object',
  maxOpenFiles: 'count from 1',
  maxHeldBytes: 'count',
  maxRowsPerFile: 'count from 1',
  maxBytesPerFile: 'count from 1',
  keepColumns: 'boolean',
  earlierFiles: EARLIER_FILES_RULES,
  runName: 'text',
  receipt: 'boolean',
  clobber: 'boolean',
  encryptTo: 'name or names',
}

/** Options with their defaults. Throws `E_USAGE`. */
export function partitionOptions(options: PartitionOptions): CompletePartitionOptions {
  checkOptions(options, 'partitionBy', PARTITION_OPTIONS)
  const {
    folder = '.',
    maxOpenFiles = 16,
    maxHeldBytes = 48 * 1024 * 1024,
    maxRowsPerFile,
    maxBytesPerFile,
    keepColumns = false,
    runName,
  } = options
  const { earlierFiles = 'remove', receipt = false, clobber = true, encryptTo } = options
  if (runName === '') throw new SluiceError('E_USAGE', 'runName must not be empty')
  const root = targetOf(folder)
  if (root.join === undefined) throw new SluiceError('E_USAGE', `${root.name} is not a folder for partitions`)
  const isLocal = root.location !== undefined && isAbsolute(root.location)
  const remote = !isLocal && isRemoteFolder(root) ? root : undefined
  if (receipt && !isLocal && remote === undefined)
    throw new SluiceError('E_USAGE', `${root.name} can hold no receipt: it is no folder, store or server`)
  if (receipt && earlierFiles === 'keep') {
    throw new SluiceError('E_USAGE', 'a receipt is for a folder that holds one result', {
      hint: 'let files of earlier runs be removed, or write no receipt',
    })
  }
  const rule = { runName, keep: earlierFiles === 'keep', replacesAll: receipt }
  return {
    targetAt: (path) => root.join!(path),
    maxOpenFiles,
    maxHeldBytes,
    maxRowsPerFile: maxRowsPerFile ?? Number.POSITIVE_INFINITY,
    maxBytesPerFile: maxBytesPerFile ?? Number.POSITIVE_INFINITY,
    keepColumns,
    receipt,
    clobber,
    encryptTo,
    name: root.name,
    rule,
    ...(remote && { remote }),
    ...(isLocal && { earlier: { folder: root.location!, ...rule } }),
  }
}
