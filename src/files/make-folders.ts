import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemCode } from '../errors.js'

/**
 * Makes a folder and those above it that are missing; returns the highest one made, if any. Node's own `recursive` never ends where a
 * folder that is there takes none, as in /proc, and keeps a signal from ending the process.
 *
 * @throws the error of the system.
 */
export async function makeFolders(folder: string): Promise<string | undefined> {
  try {
    await mkdir(folder)
    return folder
  } catch (error) {
    if (await isFolder(folder)) return undefined
    const above = dirname(folder)
    if (systemCode(error) !== 'ENOENT' || above === folder) throw error
    const first = await makeFolders(above)
    return (await makeOne(folder)) ? (first ?? folder) : first
  }
}

/** Makes a folder whose parent is there; returns false where another process was faster. */
async function makeOne(folder: string): Promise<boolean> {
  try {
    await mkdir(folder)
    return true
  } catch (error) {
    if (await isFolder(folder)) return false
    throw error
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
