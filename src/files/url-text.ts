import { SluiceError } from '../errors.js'

const SCHEMES = 's3[an]?|gs|gcs|az|azure|abfss?|wasbs?|sftp|scp|ssh|ftps?|https?|postgres(?:ql)?|mysql'

/** A scheme with one slash behind it, or none, or without its colon. */
const SCHEME = new RegExp(`^(${SCHEMES})(?::(?!//)|//)`, 'i')

/** As `scp` and `rsync` name a file of a server. */
const SCP = /^[\w.-]+@[\w.-]+:(?!\/\/)/

/**
 * Refuses a path that was meant for a URL, such as `s3:/bucket/a.csv`: it would be taken for a folder `s3:`, and what was written there
 * would never be looked for. `./s3:/bucket/a.csv` is a path. What comes behind the scheme is not repeated, as it may be a password.
 *
 * @throws SluiceError `E_USAGE`
 */
export function refuseMistypedUrl(place: string): void {
  const [, scheme] = SCHEME.exec(place) ?? []
  if (scheme !== undefined)
    throw new SluiceError('E_USAGE', `a URL begins with ${scheme.toLowerCase()}:// and two slashes`, {
      hint: `write ${scheme.toLowerCase()}://…, or ./${scheme}… for a local path of such a name`,
    })
  if (SCP.test(place))
    throw new SluiceError('E_USAGE', 'a file on a server is not written as user@host:path here', {
      hint: 'write sftp://USER@HOST/PATH, or ./ before a local path of such a name',
    })
}

/** The scheme of a URL such as `s3://…`, in small letters; undefined for anything else. One letter is a drive of Windows. */
export function urlScheme(place: string): string | undefined {
  return /^([a-z][a-z0-9+.-]+):\/\//i.exec(place)?.[1]?.toLowerCase()
}

/** Whether a text is a URL rather than a path. @throws SluiceError `E_USAGE` for one that was mistyped. */
export function isUrlText(place: string): boolean {
  refuseMistypedUrl(place)
  return urlScheme(place) !== undefined
}

/** Stores and servers, with schemes that are meant for them. */
const STORES = /^(?:s3[an]?|gs|gcs|az|azure|abfss?|wasbs?|adl|sftp)$/i

/** Whether a scheme is that of objects, which can be read and written: no table, and nothing of the web. */
export function holdsObjects(scheme: string): boolean {
  return STORES.test(scheme)
}

/** A hint for {@link requireLocalPath}. */
export const HERE = 'name a place on this machine, such as a mounted volume'

/**
 * Refuses what is no path on this machine.
 *
 * @param what what takes the path: `convert`
 * @param hint what to do instead
 * @throws SluiceError `E_USAGE`
 */
export function requireLocalPath(
  place: string,
  what: string,
  hint = 'get the file first; convert - reads what comes in a pipe, and stream(readable) does in a program',
): void {
  refuseMistypedUrl(place)
  const scheme = urlScheme(place)
  if (scheme !== undefined)
    throw new SluiceError('E_USAGE', `${what} takes local files, and no ${scheme}:// URLs`, { hint })
}
