import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import type { AnyAuthMethod, AuthenticationType } from 'ssh2'
import { ioError, SluiceError } from '../../../errors.js'
import type { SftpAddress } from './address.js'
import { inSshFolder } from './known-hosts.js'

/** Names of keys in `~/.ssh`, in the order in which they are tried. */
const KEY_NAMES = ['id_ed25519', 'id_ecdsa', 'id_rsa']

/** How to prove who this is, and what messages say of it. */
export interface Credentials {
  readonly username: string
  readonly methods: readonly AnyAuthMethod[]
  /** Description of the attempts; keys whose passphrase is missing are listed apart. */
  readonly tried: readonly string[]
  readonly locked: readonly string[]
}

/** Tells of a private key whether it can be read with the passphrase; `ssh2` has it. */
export type ParseKey = (key: Buffer, passphrase?: string) => unknown

/**
 * First the environment, then the agent, then the keys in `~/.ssh`: servers refuse after about six tries.
 *
 * @throws SluiceError `E_CONFIG` without any, and for a key that was named and cannot be used.
 */
export async function credentialsFor(
  { user, host, options = {} }: SftpAddress,
  parseKey: ParseKey,
): Promise<Credentials> {
  const { privateKey } = options
  const isGiven = [privateKey, options.password, options.agent].some((each) => each !== undefined)
  const { SSH_AUTH_SOCK, TD_SLUICE_SFTP_KEY, TD_SLUICE_SFTP_PASSWORD } = isGiven
    ? {
        SSH_AUTH_SOCK: options.agent,
        TD_SLUICE_SFTP_KEY: undefined,
        TD_SLUICE_SFTP_PASSWORD: options.password,
      }
    : process.env
  const username = user ?? localUser()
  const passphrase = options.passphrase ?? (process.env.TD_SLUICE_SFTP_PASSPHRASE || undefined)
  const methods: AnyAuthMethod[] = []
  const [tried, locked]: [string[], string[]] = [[], []]
  const addKey = (key: Buffer, file: string) => {
    methods.push({ type: 'publickey', username, key, ...(passphrase !== undefined && { passphrase }) })
    tried.push(file)
  }
  if (privateKey !== undefined) {
    const key = Buffer.from(privateKey as Uint8Array)
    const problem = parseKey(key, passphrase)
    if (problem instanceof Error)
      throw new SluiceError('E_CONFIG', `the private key cannot be used: ${problem.message}`, {
        hint: 'give the text of a key, and its passphrase where it has one',
      })
    addKey(key, 'the private key')
  }
  if (TD_SLUICE_SFTP_KEY) {
    const key = await readFile(TD_SLUICE_SFTP_KEY).catch((error) => {
      throw ioError(error, `the key of TD_SLUICE_SFTP_KEY, ${TD_SLUICE_SFTP_KEY}`)
    })
    const problem = parseKey(key, passphrase)
    if (problem instanceof Error)
      throw new SluiceError('E_CONFIG', `the key ${TD_SLUICE_SFTP_KEY} cannot be used: ${problem.message}`, {
        hint: 'set TD_SLUICE_SFTP_PASSPHRASE for a key with a passphrase, or add it to ssh-agent',
      })
    addKey(key, TD_SLUICE_SFTP_KEY)
  }
  if (TD_SLUICE_SFTP_PASSWORD) {
    const password = TD_SLUICE_SFTP_PASSWORD
    methods.push({ type: 'password', username, password })
    // Servers that ask PAM have only this one.
    methods.push({
      type: 'keyboard-interactive' satisfies AuthenticationType,
      username,
      prompt: (_name, _instructions, _lang, prompts, finish) => finish(prompts.map(() => password)),
    })
    tried.push(isGiven ? 'the password' : 'TD_SLUICE_SFTP_PASSWORD')
  }
  if (SSH_AUTH_SOCK) {
    methods.push({ type: 'agent', username, agent: SSH_AUTH_SOCK })
    tried.push('ssh-agent')
  }
  for (const file of isGiven ? [] : KEY_NAMES.flatMap(inSshFolder)) {
    const key = await readFile(file).catch(() => undefined)
    if (key === undefined) continue
    if (parseKey(key, passphrase) instanceof Error) locked.push(file)
    else addKey(key, file)
  }
  if (methods.length > 0) return { username, methods, tried, locked }
  const isLocked = locked.length === 0 ? '' : `; ${locked.join(' and ')} cannot be read without a passphrase`
  throw new SluiceError('E_CONFIG', `nothing proves to ${host} who this is${isLocked}`, {
    hint: 'start ssh-agent and add a key, or set TD_SLUICE_SFTP_KEY, or TD_SLUICE_SFTP_PASSWORD',
  })
}

/** @throws SluiceError `E_CONFIG` for a user whom the system has no name for, as in a container with any number for a user */
function localUser(): string {
  try {
    return userInfo().username
  } catch (cause) {
    throw new SluiceError('E_CONFIG', 'this user has no name to log in with', {
      cause,
      hint: 'write the user of the server into the URL: sftp://USER@HOST/PATH',
    })
  }
}
