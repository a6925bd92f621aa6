import { createHash, createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { ioError, SluiceError, systemCode } from '../../../errors.js'
import { type SftpAddress, SSH_PORT } from './address.js'
import { hostKeysOf } from './options.js'

/** Known keys of one host. */
export interface KnownKeys {
  /** Files that were read, for messages. */
  readonly files: readonly string[]
  /** Keys that the host may have, as base64. */
  readonly accepted: readonly string[]
  readonly revoked: readonly string[]
}

/**
 * The path of a file in `~/.ssh`; none for a user without a home folder. What an empty HOME would lead to lies in the current
 * folder, where anybody may have put it.
 */
export function inSshFolder(name: string): string[] {
  try {
    const path = join(homedir(), '.ssh', name)
    return isAbsolute(path) ? [path] : []
  } catch {
    return []
  }
}

/** What the system says of a file in a home folder that is none, or that of another user. */
const NO_FILE = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP'])

/**
 * The keys of a host in the files that `ssh` reads, or in the one that `TD_SLUICE_SFTP_KNOWN_HOSTS` names.
 *
 * @throws SluiceError `E_CONFIG` when the file that was named is not there, `E_IO` when one cannot be read.
 */
export async function knownKeys({ host, port, options = {} }: SftpAddress): Promise<KnownKeys> {
  if (options.hostKeys !== undefined)
    return { files: [], accepted: hostKeysOf(options.hostKeys), revoked: [] }
  const given = options.knownHosts ?? process.env.TD_SLUICE_SFTP_KNOWN_HOSTS
  const files =
    given === undefined || given === ''
      ? [...inSshFolder('known_hosts'), '/etc/ssh/ssh_known_hosts']
      : [given]
  const name = port === SSH_PORT ? host : `[${host}]:${port}`
  const accepted: string[] = []
  const revoked: string[] = []
  for (const file of files) {
    for (const line of (await textOf(file, file === given)).split('\n')) {
      const [first = '', ...rest] = line.trim().split(/\s+/)
      const marker = first.startsWith('@') ? first : undefined
      const [hosts = '', , key] = marker === undefined ? [first, ...rest] : rest
      if (first.startsWith('#') || key === undefined || !isFor(hosts, name)) continue
      if (marker === undefined) accepted.push(key)
      else if (marker === '@revoked') revoked.push(key)
    }
  }
  return { files, accepted, revoked }
}

/** Algorithms of host keys, those that a known key can be proved by first: a server has keys of several kinds. */
export function hostKeyAlgorithms({ accepted }: KnownKeys): string[] {
  const known = new Set(accepted.map((key) => typeOf(Buffer.from(key, 'base64'))))
  const isKnown = (algorithm: string) => known.has(algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm)
  return [...ALGORITHMS.filter(isKnown), ...ALGORITHMS.filter((each) => !isKnown(each))]
}

const ALGORITHMS = [
  ...['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
  ...['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'],
]

/** Why the key that a host has shown is refused; `undefined` for one that is known. */
export function hostKeyRefusal(key: Buffer, known: KnownKeys, address: SftpAddress): SluiceError | undefined {
  const { host, port } = address
  const base64 = key.toString('base64')
  const shown = `${typeOf(key)} SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
  const [file] = known.files
  if (known.revoked.includes(base64))
    return new SluiceError('E_TLS', `the key of ${host} is revoked (${shown})`, {
      hint: 'ask whoever runs the server for its new key; rows are not sent to a server with this one',
    })
  if (known.accepted.includes(base64)) return undefined
  const to = file === undefined ? '' : ` >> ${file}`
  const scan = `ssh-keyscan ${port === SSH_PORT ? '' : `-p ${port} `}${host}${to}`
  if (known.accepted.length > 0)
    return new SluiceError('E_TLS', `${host} shows another key than the known one (${shown})`, {
      hint: `somebody may listen in, or the server has a new key: if its owner confirms it, run: ssh-keygen -R ${
        port === SSH_PORT ? host : `'[${host}]:${port}'`
      }; ${scan}`,
    })
  return new SluiceError('E_TLS', `the host ${host} is not known (${shown})`, {
    hint: `compare the fingerprint with that of its owner, and run: ${scan}`,
  })
}

async function textOf(file: string, isGiven: boolean): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = systemCode(error) ?? ''
    if (isGiven && code === 'ENOENT')
      throw new SluiceError('E_CONFIG', `there is no file of known hosts ${file}`, {
        hint: 'check TD_SLUICE_SFTP_KNOWN_HOSTS, or the option knownHosts of sftp',
        cause: error,
      })
    if (!isGiven && NO_FILE.has(code)) return ''
    throw ioError(error, file)
  }
}

/** Whether the first field of a line is about a host: names and patterns, or one hash. */
function isFor(hosts: string, name: string): boolean {
  const [, salt, hash] = /^\|1\|([^|]+)\|(.+)$/.exec(hosts) ?? []
  if (salt !== undefined)
    return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash
  const patterns = hosts.toLowerCase().split(',')
  const fits = (pattern: string) => patternOf(pattern).test(name)
  if (patterns.some((pattern) => pattern.startsWith('!') && fits(pattern.slice(1)))) return false
  return patterns.some(fits)
}

function patternOf(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`)
}

/** The first field of a key, RFC 4253 section 6.6. */
function typeOf(key: Buffer): string {
  return key.length < 4 ? '' : key.toString('latin1', 4, 4 + key.readUInt32BE(0))
}
