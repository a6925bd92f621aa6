import { SluiceError } from '../../../errors.js'
import { isUrl } from '../../../files/file-url.js'
import type { SftpOptions } from './options.js'

/** A place on an SSH server. */
export interface SftpAddress {
  /** Absent: the name of the local user, as `ssh` has it. */
  readonly user: string | undefined
  /** A name or an address of either version, without brackets. */
  readonly host: string
  readonly port: number
  /** Absolute, or from the home folder on with `~/` before it; a slash at its end means a folder. */
  readonly path: string
  /** How to get in, where a program says so. */
  readonly options?: SftpOptions
}

export const SSH_PORT = 22

const URL_PARTS = /^sftp:\/\/([^/]*)(?:\/([\s\S]*))?$/i

/** An authority without its user. */
const HOST_AND_PORT = /^(\[[0-9a-f:.]+(?:%\w+)?\]|[a-z0-9_](?:[\w.-]*\w)?)(?::(\d{1,5}))?$/i

/**
 * Reads `sftp://user@host:port/path`. The path is taken as it is given: nothing in it is decoded, as with object stores. In a `URL`,
 * which encodes by itself, it is decoded.
 *
 * @returns `undefined` for anything that is for another kind of target
 * @throws SluiceError `E_USAGE` for a URL with a password, and for a host or path that cannot be.
 */
export function sftpAddress(destination: unknown): SftpAddress | undefined {
  const text = isUrl(destination) ? textOfUrl(destination) : destination
  if (typeof text !== 'string') return undefined
  const [found, authority = '', rest = ''] = URL_PARTS.exec(text) ?? []
  if (found === undefined) return undefined
  const at = authority.lastIndexOf('@')
  const user = at < 0 ? undefined : authority.slice(0, at)
  const [, host, port = String(SSH_PORT)] = HOST_AND_PORT.exec(authority.slice(at + 1)) ?? []
  if (user?.includes(':'))
    throw new SluiceError(
      'E_USAGE',
      'the URL of an SFTP server has a password in it, which others can read',
      {
        hint: 'write sftp://USER@HOST/PATH, and set TD_SLUICE_SFTP_PASSWORD or use a key',
      },
    )
  // The part before an @ may be a secret.
  if (host === undefined || user === '' || !isPort(Number(port)) || /[\p{Cc}\s]/u.test(user ?? ''))
    throw new SluiceError('E_USAGE', 'an sftp:// URL begins with a user, if need be, and a host', {
      hint: 'write sftp://USER@HOST/PATH, or sftp://USER@HOST:PORT/PATH',
    })
  const path = rest.startsWith('~/') ? rest : `/${rest}`
  const address = { user, host: host.replace(/^\[|\]$/g, '').toLowerCase(), port: Number(port), path }
  const problem = pathProblem(path)
  if (problem === undefined) return address
  throw new SluiceError(
    'E_USAGE',
    `the path of ${JSON.stringify(textOfSftp(address).slice(0, 200))} ${problem}`,
  )
}

/** The address as text, which `sftpAddress` reads again. */
export function textOfSftp({ user, host, port, path }: SftpAddress): string {
  const server = host.includes(':') ? `[${host}]` : host
  const authority = `${user === undefined ? '' : `${user}@`}${server}${port === SSH_PORT ? '' : `:${port}`}`
  return `sftp://${authority}${path.startsWith('~/') ? `/${path}` : path}`
}

/** The path as the server is to be asked for it: a relative one starts from the home folder. */
export function remotePath({ path }: SftpAddress): string {
  return path.startsWith('~/') ? path.slice(2) : path
}

function isPort(port: number): boolean {
  return port > 0 && port < 65_536
}

/** `undefined` for another protocol. */
function textOfUrl({ protocol, username, password, host, pathname, search, hash }: URL): string | undefined {
  if (protocol !== 'sftp:') return undefined
  if (search !== '' || hash !== '')
    throw new SluiceError('E_USAGE', 'an sftp: URL has a host and a path, and no ? or #', {
      hint: 'write ? in a path as %3F and # as %23, or give the URL as a text',
    })
  try {
    const user = decodeURIComponent(username)
    const userInfo = user === '' && password === '' ? '' : `${user}${password === '' ? '' : ':'}@`
    return `sftp://${userInfo}${host}${decodeURIComponent(pathname)}`
  } catch (cause) {
    throw new SluiceError('E_USAGE', 'the path of an sftp: URL is not encoded as UTF-8', { cause })
  }
}

function pathProblem(path: string): string | undefined {
  if (path.split('/').some((segment) => segment === '.' || segment === '..'))
    return 'has . or .. between slashes'
  if (/\p{Cc}/u.test(path)) return 'has control characters'
  // A lone half of a pair would become another name.
  return Buffer.from(path).toString() === path ? undefined : 'is not valid Unicode'
}
