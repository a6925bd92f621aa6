import { statSync } from 'node:fs'
import { messageOf, SluiceError, systemCode } from '../../errors.js'
import { type Openness, opennessOf } from '../../files/key-file.js'
import { readNamedFileSync } from '../../files/named-file.js'
import { decodeText } from '../../files/text.js'

/** Error codes where there is no home folder to look into: HOME=/dev/null, that of another user, or none that `node --permission` allows. */
const NO_HOME = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'ERR_ACCESS_DENIED'])

/** A file that was read, and who else can. */
export interface ConfigText {
  readonly path: string
  readonly text: string
  /** Whether every user of the machine can change it. */
  readonly isOpen: boolean
  /** Whether other users can read it. */
  readonly openness: Openness
}

/**
 * Reads a file of configuration; undefined where there is none, unless it `isNamed`.
 *
 * @throws SluiceError `E_CONFIG` when it cannot be read, or is not text.
 */
export function readConfigText(path: string, isNamed: boolean): ConfigText | undefined {
  try {
    const { mode } = statSync(path)
    const openness = opennessOf(path)
    return {
      path,
      text: decodeText(readNamedFileSync(path), `the configuration file ${path}`),
      isOpen: openness === 'open' && (mode & 0o002) !== 0,
      openness,
    }
  } catch (error) {
    if (error instanceof SluiceError) throw new SluiceError('E_CONFIG', error.message, { hint: error.hint })
    if (!isNamed && NO_HOME.has(systemCode(error) ?? '')) return undefined
    throw new SluiceError('E_CONFIG', `the configuration file cannot be read: ${messageOf(error)}`, {
      cause: error,
    })
  }
}
