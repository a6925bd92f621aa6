import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder and those above it that are missing; returns the highest one made, if any. Node's own `recursive` never ends where a
 * folder that is there takes none, as in /proc, and keeps a signal from ending the process.
 *
 * @param mode of each folder that it makes
 * @throws the error of the system.
 */
export function makeFolders(folder: string, mode = 0o777): string | undefined {
  try {
    mkdirSync(folder, { mode })
    return folder
  } catch (error) {
    if (isFolder(folder)) return undefined
    const above = dirname(folder)
    // Not by `systemCode`: the file that starts the command holds this, but no table of errors.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === folder) throw error
    const first = makeFolders(above, mode)
    return makeOne(folder, mode) ? (first ?? folder) : first
  }
}

/** Makes a folder whose parent is there; returns false where another process was faster. */
function makeOne(folder: string, mode: number): boolean {
  try {
    mkdirSync(folder, { mode })
    return true
  } catch (error) {
    if (isFolder(folder)) return false
    throw error
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}
