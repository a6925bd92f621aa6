import { readdir, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { SluiceError } from '../errors.js'
import { onAbruptEnd } from '../files/leftovers.js'
import { acquireLock } from '../files/lock.js'
import { hiddenPrefix } from '../files/names.js'

const PART = /^[0-9a-f]{16}\.part$/

/**
 * Takes the right to work on a manifest, from a dead process if need be, and removes what that left unwritten. Returns
 * the way to give it back.
 *
 * @throws SluiceError `E_LOCKED` when another run is at work, `E_IO` when the folder cannot be written.
 */
export async function lockRun(statePath: string, manifest: string): Promise<() => void> {
  const lock = await acquireLock(statePath).catch((error) => {
    if (!(error instanceof SluiceError) || error.code !== 'E_LOCKED') throw error
    const message = `another run of ${manifest} is at work: ${error.message}`
    throw new SluiceError('E_LOCKED', message, { cause: error, hint: error.hint })
  })
  const settled = onAbruptEnd(() => lock.release())
  const release = () => {
    lock.release()
    settled()
  }
  try {
    await sweep(statePath)
    return release
  } catch (error) {
    release()
    throw error
  }
}

async function sweep(statePath: string): Promise<void> {
  const folder = dirname(statePath)
  const prefix = hiddenPrefix(basename(statePath))
  for (const name of await readdir(folder)) {
    if (name.startsWith(prefix) && PART.test(name.slice(prefix.length))) await unlink(join(folder, name))
  }
}
