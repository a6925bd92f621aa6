import { SluiceError } from '../../errors.js'
import { type Target, targetOf } from '../targets/index.js'

/** How rows are divided among files. */
export interface PartitionOptions {
  /**
   * Folder in which the files are made. It and those below are created where they are missing. Default: the
   * current one.
   */
  folder?: string
  /**
   * Files that are written at the same time. Default 16. When another one is needed, the one that has rested longest is
   * finished; should more of its rows come, they go to the partition's next file.
   */
  maxOpenFiles?: number
  /** Rows of one file. Default: as many as come. */
  maxRowsPerFile?: number
  /** Whether the columns that make the path are in the files too. Default false, as readers take them from the path. */
  keepColumns?: boolean
}

/** Options that are complete and checked. */
export interface CompletePartitionOptions extends Required<Omit<PartitionOptions, 'folder'>> {
  /** The target of a path below the folder, without the end that names the format. */
  readonly targetAt: (path: string) => Target
}

/** Options with their defaults. Throws `E_USAGE`. */
export function partitionOptions(options: PartitionOptions): CompletePartitionOptions {
  const { folder = '.', maxOpenFiles = 16, maxRowsPerFile, keepColumns = false } = options
  requireCount('maxOpenFiles', maxOpenFiles)
  if (maxRowsPerFile !== undefined) requireCount('maxRowsPerFile', maxRowsPerFile)
  const root = targetOf(folder)
  if (root.join === undefined) throw new SluiceError('E_USAGE', `${root.name} is not a folder for partitions`)
  return {
    targetAt: (path) => root.join!(path),
    maxOpenFiles,
    maxRowsPerFile: maxRowsPerFile ?? Number.POSITIVE_INFINITY,
    keepColumns,
  }
}

function requireCount(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new SluiceError('E_USAGE', `${name} must be a whole number from 1 on, not ${value}`)
}
