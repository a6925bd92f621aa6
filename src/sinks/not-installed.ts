import { SluiceError } from '../errors.js'

/**
 * The failure of a driver or SDK that is a package of its own and is not there.
 *
 * @param packages what to install, separated by blanks
 */
export function notInstalled(name: string, packages: string, cause: unknown): SluiceError {
  return new SluiceError('E_UNSUPPORTED', `the package ${name} is not installed`, {
    cause,
    hint: `npm install ${packages}`,
  })
}
