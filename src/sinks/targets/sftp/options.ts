import { requireShape, SluiceError } from '../../../errors.js'
import { checkOptions, type OptionShapes } from '../../../usage.js'

/** Options of {@link sftp}. With one of `privateKey`, `password` and `agent` nothing else is tried to get in. */
export interface SftpOptions {
  /**
   * A private key: its text, not its path.
   *
   * @default the file that `TD_SLUICE_SFTP_KEY` names, the agent, then the keys in `~/.ssh`
   */
  privateKey?: string | Uint8Array
  /**
   * The passphrase of private keys.
   *
   * @default `TD_SLUICE_SFTP_PASSPHRASE`
   */
  passphrase?: string
  /**
   * A password, which also answers the prompts of a server that asks.
   *
   * @default `TD_SLUICE_SFTP_PASSWORD`
   */
  password?: string
  /**
   * The socket of an agent.
   *
   * @default `SSH_AUTH_SOCK`
   */
  agent?: string
  /**
   * Keys that the server may show, as `ssh-keyscan` prints them or as `ssh-ed25519 AAAA…`. No file of known hosts is read then.
   *
   * @default those of `knownHosts`
   */
  hostKeys?: readonly string[]
  /**
   * The file of known hosts.
   *
   * @default `TD_SLUICE_SFTP_KNOWN_HOSTS`; `~/.ssh/known_hosts` and `/etc/ssh/ssh_known_hosts`
   */
  knownHosts?: string
}

const SFTP_OPTIONS: OptionShapes<SftpOptions> = {
  privateKey: 'text or object',
  passphrase: 'text',
  password: 'text',
  agent: 'text',
  hostKeys: 'texts',
  knownHosts: 'text',
}

/** The base64 of a key behind its type, and what else may stand before them. */
const HOST_KEY = /(?:^|\s)(?:ssh|ecdsa|sk)-[\w@.-]+\s+(AAAA[\w+/]+=*)(?:\s|$)/

/** @throws SluiceError `E_USAGE` for an option that is unknown or wrong. */
export function checkSftpOptions(options: SftpOptions): void {
  checkOptions(options, 'sftp', SFTP_OPTIONS)
  const { privateKey, hostKeys } = options
  requireShape(
    privateKey === undefined || typeof privateKey === 'string' || privateKey instanceof Uint8Array,
    'the option privateKey of sftp',
    'a text or bytes',
  )
  if (hostKeys !== undefined) hostKeysOf(hostKeys)
}

/** The keys in lines as base64. @throws SluiceError `E_USAGE` for a line without one, and for no line. */
export function hostKeysOf(lines: readonly string[]): string[] {
  if (lines.length === 0) throw new SluiceError('E_USAGE', 'the option hostKeys of sftp must not be empty')
  return lines.map((line) => {
    const key = HOST_KEY.exec(line)?.[1]
    if (key !== undefined) return key
    throw new SluiceError('E_USAGE', 'the option hostKeys of sftp has a text without a key', {
      hint: 'write ssh-ed25519 AAAA…, as ssh-keyscan prints it',
    })
  })
}
