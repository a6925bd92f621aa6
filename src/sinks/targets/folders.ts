import { constants } from 'node:fs'
import { access, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ioError, SluiceError, systemCode } from '../../errors.js'
import { makeFolders } from '../../files/make-folders.js'
import { probeFolder } from './probe.js'

/**
 * Makes a folder and those above it that are missing. Returns the way to remove those of them again that nothing was
 * put into, which never rejects. Throws `E_IO`.
 */
export async function makeFolder(folder: string): Promise<() => Promise<void>> {
  let first: string | undefined
  try {
    first = makeFolders(folder)
  } catch (error) {
    throw ioError(error, `the folder ${folder}`)
  }
  const top = first
  return async () => {
    if (top === undefined) return
    for (let path = folder; path.length >= top.length && path !== dirname(path); path = dirname(path))
      await rmdir(path).catch(() => {})
  }
}

/**
 * Finds out whether a folder is there or can be made: the nearest one above it that is there must be a folder that may
 * be written. Throws `E_IO`.
 */
export async function assertRoom(folder: string): Promise<'there' | 'missing'> {
  let below = folder
  for (let path = folder; ; path = dirname(path)) {
    try {
      if (!(await stat(path)).isDirectory()) throw new SluiceError('E_IO', `${path} is not a folder`)
      if (path === folder) return 'there'
      await access(path, constants.W_OK | constants.X_OK)
      await probeFolder(join(path, basename(below)), below)
      return 'missing'
    } catch (error) {
      if (systemCode(error) === 'ENOENT' && path !== dirname(path)) {
        below = path
        continue
      }
      throw ioError(error, `the folder ${path}`)
    }
  }
}
