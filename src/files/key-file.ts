import { accessSync, constants, statSync } from 'node:fs'
import { messageOf, SluiceError, systemCode } from '../errors.js'
import { readNamedFileSync } from './named-file.js'

/** Who else than its owner may read or change a file. */
export type Openness = 'closed' | 'open' | 'mounted'

/**
 * Whether others than its owner may read or change a file. On a read-only mount, `mounted`, its mode cannot be changed: Kubernetes and
 * Docker mount secrets so, for one container only. What is no ordinary file counts as closed, and so does every file on Windows.
 */
export function opennessOf(path: string): Openness {
  const stats = statSync(path)
  if (process.platform === 'win32' || !stats.isFile() || (stats.mode & 0o077) === 0) return 'closed'
  return isMountedReadOnly(path) ? 'mounted' : 'open'
}

function isMountedReadOnly(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return false
  } catch (error) {
    return systemCode(error) === 'EROFS'
  }
}

/** The notice of a key file that is taken although other users may read it; undefined for any other one. */
export function opennessNotice(path: string, shown: string): { code: string; message: string } | undefined {
  let openness: Openness
  try {
    openness = opennessOf(path)
  } catch {
    // Gone since it was read.
    return undefined
  }
  if (openness === 'closed') return undefined
  const advice =
    openness === 'open'
      ? `run: chmod 600 ${shown}`
      : 'it is taken, as it lies on a read-only mount: let nobody else reach that'
  return { code: 'N_KEY_FILE_OPEN', message: `the key file ${shown} is open to other users; ${advice}` }
}

/**
 * The key in a file: its bytes without the line break at the end.
 *
 * @param shown the path as it was given
 * @throws SluiceError `E_USAGE` when it cannot be read.
 */
export function readKeyFile(path: string, shown: string): Uint8Array {
  try {
    const bytes = readNamedFileSync(path)
    const end = bytes.at(-1) !== 0x0a ? bytes.length : bytes.length - (bytes.at(-2) === 0x0d ? 2 : 1)
    return bytes.subarray(0, end)
  } catch (cause) {
    throw new SluiceError('E_USAGE', `the key file ${shown} cannot be read: ${messageOf(cause)}`, { cause })
  }
}
