import { constants, type Stats } from 'node:fs'
import { access, readlink, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { ioError, reworded, SluiceError, systemCode } from '../../errors.js'

/** A regular file, there already or not yet. */
export interface ResolvedFile {
  readonly kind: 'file'
  /** The path as it was given, for messages. */
  readonly name: string
  /** Where the file really lies, no symbolic link anywhere: what a rename must hit. */
  readonly path: string
  readonly exists: boolean
}

/** Anything else that can be written by opening it: a FIFO, a device, an inherited descriptor. */
export interface ResolvedDevice {
  readonly kind: 'device'
  /** The path as it was given, for messages. */
  readonly name: string
  readonly path: string
  readonly fifo: boolean
}

/** Longest chain of symbolic links, as in Linux. */
const MAX_LINKS = 40

/** A name of a descriptor that was inherited open: there is no file name behind it to rename to. */
const DESCRIPTOR = /^\/(dev\/(fd\/\d+|stderr)|proc\/self\/fd\/\d+)$/

/**
 * Finds out what an absolute path leads to. A symbolic link, a dangling one too, stands for where it points.
 *
 * @param name what messages call it
 */
export async function resolvePath(path: string, name: string): Promise<ResolvedFile | ResolvedDevice> {
  const found = await statOrNone(path, name)
  if (found?.isDirectory() || (found === undefined && (path.endsWith('/') || path.endsWith(sep)))) {
    throw folderError(name)
  }
  if ((found && !found.isFile()) || DESCRIPTOR.test(path)) {
    return { kind: 'device', name, path, fifo: found?.isFIFO() ?? false }
  }
  return { kind: 'file', name, path: await followLinks(path, name), exists: found !== undefined }
}

/** A folder where a file was to be named. */
export function folderError(name: string): SluiceError {
  return new SluiceError('E_USAGE', `${name} is a folder; the output must be a file`, {
    hint: `name a file in it, such as ${name.replace(/[/\\]+$/, '')}/result.csv; --partition-by and --max-rows-per-file fill a folder`,
  })
}

/** Throws `E_IO` unless files can be created in the folder of `target`, the folder synced, and its old file written. */
export async function assertAccess(target: ResolvedFile): Promise<void> {
  const folder = dirname(target.path)
  // Only a folder that can be read can be opened, and only what is open can be synced.
  await access(folder, constants.R_OK | constants.W_OK | constants.X_OK).catch((error) => {
    throw unwritable(error, folder)
  })
  // A rename would replace a read-only file too. Whoever made it read-only meant to keep it.
  if (!target.exists) return
  await access(target.path, constants.W_OK).catch((error) => {
    throw ioError(error, target.name)
  })
}

/** A folder in which no file can be made, with what helps. */
export function unwritable(error: unknown, folder: string): SluiceError {
  const failure = ioError(error, `the folder ${folder}`)
  const hint =
    failure.hint ??
    'write to a folder that this user may write to; of a file that is mounted alone, mount the folder instead'
  return reworded(failure, { hint })
}

async function statOrNone(path: string, name: string): Promise<Stats | undefined> {
  try {
    return await stat(path)
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT') return undefined
    if (code === 'ENAMETOOLONG')
      throw new SluiceError('E_USAGE', `${name}: the name is too long`, { cause: error })
    throw ioError(error, name)
  }
}

/** `realpath` for a file that need not be there yet. */
async function followLinks(from: string, name: string): Promise<string> {
  let path = resolve(from)
  for (let links = 0; links < MAX_LINKS; links++) {
    const folder = await realFolder(dirname(path))
    path = join(folder, basename(path))
    const link = await linkOrNone(path)
    if (link === undefined) return path
    path = resolve(folder, link)
  }
  throw new SluiceError('E_IO', `${name}: too many symbolic links`)
}

async function realFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      throw new SluiceError('E_IO', `the folder ${folder} does not exist`, {
        cause: error,
        hint: `make it first: mkdir -p ${folder}`,
      })
    }
    throw ioError(error, `the folder ${folder}`)
  }
}

async function linkOrNone(path: string): Promise<string | undefined> {
  try {
    return await readlink(path)
  } catch (error) {
    const code = systemCode(error)
    // EINVAL: it is there and is no link. UNKNOWN is what Windows says then.
    if (code === 'ENOENT' || code === 'EINVAL' || code === 'UNKNOWN') return undefined
    throw ioError(error, path)
  }
}
