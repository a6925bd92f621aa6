import { readFileSync } from 'node:fs'
import { messageOf, SluiceError } from '../errors.js'

/**
 * The key in a file: its bytes without the line break at the end.
 *
 * @param shown the path as it was given
 * @throws SluiceError `E_USAGE` when it cannot be read.
 */
export function readKeyFile(path: string, shown: string): Uint8Array {
  try {
    const bytes = readFileSync(path)
    const end = bytes.at(-1) !== 0x0a ? bytes.length : bytes.length - (bytes.at(-2) === 0x0d ? 2 : 1)
    return bytes.subarray(0, end)
  } catch (cause) {
    throw new SluiceError('E_USAGE', `the key file ${shown} cannot be read: ${messageOf(cause)}`, { cause })
  }
}
