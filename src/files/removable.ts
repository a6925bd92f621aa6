import { rmdirSync } from 'node:fs'
import { systemCode } from '../errors.js'

/** Error codes when the system does not let this process remove or replace a name. */
const REFUSALS = ['EPERM', 'EACCES', 'EROFS']

/**
 * Finds out whether this process may remove the file `path`, or rename another over it: in a folder such as `/tmp` only its
 * owner may, and in an append-only one nobody. rmdir(2) removes no file, so Linux refuses it in any case; but first it checks
 * the rights that a rename needs too. Returns the code of the refusal where it may not.
 */
export function refusalToReplace(path: string): string | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    rmdirSync(path)
    return undefined
  } catch (error) {
    const code = systemCode(error)
    return code !== undefined && REFUSALS.includes(code) ? code : undefined
  }
}
