import type { Stats } from 'node:fs'
import { SluiceError } from '../errors.js'

/** Group or others may write. */
const OPEN_TO_WRITE = 0o022

/** In a folder with this bit only the owner of a file may replace or remove it. */
const STICKY = 0o1000

/**
 * Throws unless nobody but this user, and root, can have written a file, or put one into a folder under the name of another's.
 * Windows has no such modes: what lies there is taken as it is.
 *
 * @throws SluiceError `E_CONFIG` that says what to type.
 */
export function assertOnlyOurs(stats: Stats, path: string): void {
  const me = process.geteuid?.()
  if (me === undefined) return
  const what = stats.isDirectory() ? 'folder' : 'file'
  if (stats.uid !== me && stats.uid !== 0) {
    throw new SluiceError('E_CONFIG', `the ${what} ${path} belongs to another user (${stats.uid})`, {
      hint: 'what lies there could be forged: name a folder of your own',
    })
  }
  if ((stats.mode & OPEN_TO_WRITE) === 0 || (stats.isDirectory() && (stats.mode & STICKY) !== 0)) return
  throw new SluiceError('E_CONFIG', `the ${what} ${path} can be written by other users`, {
    hint: `what lies there could be forged; run: chmod go-w ${path}`,
  })
}
