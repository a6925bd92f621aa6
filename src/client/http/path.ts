import { SluiceError } from '../../errors.js'

/** A name as one segment of a URL path; throws `E_USAGE` for names that a server would read as another path. */
export function segment(name: string, what: string): string {
  if (name !== '' && name !== '.' && name !== '..' && !/[\u0000-\u001f\u007f]/.test(name)) {
    return encodeURIComponent(name)
  }
  throw new SluiceError('E_USAGE', `${what} is not a valid name`)
}
