import { SluiceError } from '../../errors.js'
import { VERSION } from '../../version.js'

/** The User-Agent header: `td-sluice/<version>`, and the caller's own product after it. Throws `E_USAGE`. */
export function userAgent(suffix: string | undefined): string {
  const own = `td-sluice/${VERSION}`
  if (suffix === undefined || suffix === '') return own
  if (!/^[\x20-\x7e]{1,200}$/.test(suffix)) {
    throw new SluiceError('E_USAGE', 'userAgentSuffix must be printable ASCII of at most 200 characters')
  }
  return `${own} ${suffix}`
}
