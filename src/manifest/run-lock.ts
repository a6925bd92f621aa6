import { reworded, SluiceError } from '../errors.js'
import { acquireLock, type FileLock, type LockOptions } from '../files/lock.js'

/**
 * Takes the right to work on a manifest, from a run that is gone if need be.
 *
 * @throws SluiceError `E_LOCKED` when another run is at work,
 * `E_IO` when the folder cannot be written.
 */
export async function lockRun(
  statePath: string,
  manifest: string,
  options: LockOptions = {},
): Promise<FileLock> {
  return acquireLock(statePath, options).catch((error) => {
    if (!(error instanceof SluiceError) || error.code !== 'E_LOCKED') throw error
    const message = `another run of ${manifest} is at work: ${error.message}`
    throw reworded(error, { message })
  })
}
