import { isAbsolute } from 'node:path'
import { SluiceError } from '../../errors.js'
import { checkOptions, type OptionShapes } from '../../usage.js'
import { type Target, targetOf } from '../targets/index.js'
import type { EarlierFilesOptions } from './earlier-files.js'
import { EARLIER_FILES_RULES, type EarlierFilesRule } from './rules.js'

/** How rows are divided among files. */
export interface PartitionOptions {
  /**
   * Folder in which the files are made: a path, a URL such as `s3://bucket/folder`, or a target of the program. It and those below
   * are created where they are missing. Default: the current one.
   */
  folder?: string | URL | Target
  /**
   * Files that are written at the same time. Default 16. When another one is needed, the one that has rested longest is
   * finished; should more of its rows come, they go to the partition's next file.
   */
  maxOpenFiles?: number
  /** Rows of one file. Default: as many as come. */
  maxRowsPerFile?: number
  /** Whether the columns that make the path are in the files too. Default false, as readers take them from the path. */
  keepColumns?: boolean
  /**
   * What becomes of files that earlier runs have written and this one does not, where readers would take them for part of
   * the same result: those of the same format in the partitions that this run writes, and with `runName` more. Only files
   * that td-sluice has written and nobody has changed since are removed, after the new ones are final; a notice
   * `N_EARLIER_FILES` tells it.
   *
   * @default 'remove'
   */
  earlierFiles?: EarlierFilesRule
  /**
   * Names what this run writes, such as the day that it adds to a growing data set: all that an earlier run of the same name
   * wrote in the folder is replaced, in whatever partition and format. Default: runs have no name, and other partitions stay.
   */
  runName?: string
  /**
   * Whether the folder may hold files already. With false, one that is not empty is refused before anything is done.
   *
   * @default true
   */
  clobber?: boolean
}

/** Options that are complete and checked. */
export interface CompletePartitionOptions
  extends Required<Omit<PartitionOptions, 'folder' | 'runName' | 'earlierFiles'>> {
  /** What messages call the folder. */
  readonly name: string
  /** The target of a path below the folder, without the end that names the format. */
  readonly targetAt: (path: string) => Target
  /** What to do about files of earlier runs; absent where the folder is not one of the local file system. */
  readonly earlier?: EarlierFilesOptions
}

const PARTITION_OPTIONS: OptionShapes<PartitionOptions> = {
  folder: 'text or object',
  maxOpenFiles: 'count from 1',
  maxRowsPerFile: 'count from 1',
  keepColumns: 'boolean',
  earlierFiles: EARLIER_FILES_RULES,
  runName: 'text',
  clobber: 'boolean',
}

/** Options with their defaults. Throws `E_USAGE`. */
export function partitionOptions(options: PartitionOptions): CompletePartitionOptions {
  checkOptions(options, 'partitionBy', PARTITION_OPTIONS)
  const { folder = '.', maxOpenFiles = 16, maxRowsPerFile, keepColumns = false, runName } = options
  const { earlierFiles = 'remove', clobber = true } = options
  if (runName === '') throw new SluiceError('E_USAGE', 'runName must not be empty')
  const root = targetOf(folder)
  if (root.join === undefined) throw new SluiceError('E_USAGE', `${root.name} is not a folder for partitions`)
  return {
    targetAt: (path) => root.join!(path),
    maxOpenFiles,
    maxRowsPerFile: maxRowsPerFile ?? Number.POSITIVE_INFINITY,
    keepColumns,
    clobber,
    name: root.name,
    ...(root.location !== undefined &&
      isAbsolute(root.location) && {
        earlier: { folder: root.location, runName, keep: earlierFiles === 'keep' },
      }),
  }
}
