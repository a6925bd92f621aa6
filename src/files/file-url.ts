import { fileURLToPath } from 'node:url'
import { messageOf, SluiceError } from '../errors.js'

/** Told by its parts, because a `URL` of another library or realm is of another class. */
export function isUrl(value: unknown): value is URL {
  const { href, protocol, pathname } = (value ?? {}) as Partial<URL>
  return [href, protocol, pathname].every((part) => typeof part === 'string')
}

/**
 * The path that a `file:` URL names.
 *
 * @param what what it is for, in the plural: `outputs`
 * @throws SluiceError `E_USAGE` for another protocol, and for a URL that is not only a path on this machine.
 */
export function pathOfUrl(url: URL, what: string): string {
  const { protocol, search, hash } = url
  // Other URLs may hold a password, and are not quoted for that reason.
  if (protocol !== 'file:')
    throw new SluiceError('E_USAGE', `${what} at ${protocol} URLs are not supported`, {
      hint: 'give a file: URL or a path',
    })
  if (search !== '' || hash !== '')
    throw new SluiceError('E_USAGE', `${url.href} has more than a path`, {
      hint: 'make it with pathToFileURL of node:url, which writes ? as %3F and # as %23',
    })
  try {
    return fileURLToPath(url.href)
  } catch (cause) {
    throw new SluiceError('E_USAGE', `${url.href} is not a path on this machine: ${messageOf(cause)}`, {
      cause,
    })
  }
}
