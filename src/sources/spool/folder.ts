import { accessSync, constants, statSync } from 'node:fs'
import { ioError } from '../../errors.js'
import { makeFolders } from '../../files/make-folders.js'
import { assertOnlyOurs } from '../../files/ownership.js'
import { HERE, requireLocalPath } from '../../files/url-text.js'

/**
 * Makes the folder of a spool where it is missing, for its owner only. Bytes and keys that another user put there would become
 * the result, so such a folder is refused.
 *
 * @throws SluiceError `E_CONFIG` for a folder that another user owns or may write to, `E_USAGE` for a URL, `E_IO` and `E_NO_SPACE`.
 */
export function prepareSpoolFolder(folder: string): void {
  requireLocalPath(folder, 'the spool', HERE)
  const { R_OK, W_OK, X_OK } = constants
  try {
    makeFolders(folder, 0o700)
    assertOnlyOurs(statSync(folder), folder)
    accessSync(folder, R_OK | W_OK | X_OK)
  } catch (error) {
    throw ioError(error, `the spool ${folder}`)
  }
}
