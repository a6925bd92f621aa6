import { requireShape, SluiceError } from '../../../errors.js'
import { isUrl } from '../../../files/file-url.js'
import type { OpenOutputOptions, Output, OutputChecks, StoredObject, Target } from '../contract.js'
import type { TextChange } from '../edit-text.js'
import { type SftpAddress, sftpAddress, textOfSftp } from './address.js'
import { checkSftpOptions, type SftpOptions } from './options.js'

export type { SftpOptions } from './options.js'

/**
 * A file on an SSH server, or a folder for partitions. It is complete or not there: the path has no file or the old one until
 * everything was verified. Needs the package `ssh2`, which is loaded when the target is used.
 *
 * Where the options are those of the environment, any sink takes the URL itself: `csv('sftp://user@host/file.csv')`.
 *
 * @param url `sftp://USER@HOST:PORT/PATH`, as a text or a `URL`
 * @example
 * const hostKeys = ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI…']
 * const target = sftp('sftp://writer@files.example.com/access.csv', { agent: '/run/agent.sock', hostKeys })
 * await pipeline(job('123456'), csv(target))
 * @throws SluiceError `E_USAGE` for another URL, one with a password, and for an option that is unknown or wrong; in a run
 * `E_UNSUPPORTED` when the package is missing, `E_CONFIG` without credentials, `E_AUTH` and `E_FORBIDDEN` when the server refuses
 * them, `E_TLS` for a host whose key is not known, `E_IO` when there is no such folder, `E_EXISTS` for a file that is not to be
 * replaced.
 */
export function sftp(url: string | URL, options: SftpOptions = {}): Target {
  requireShape(
    typeof url === 'string' || isUrl(url),
    'the first argument of sftp',
    'a URL such as sftp://user@host/path',
  )
  checkSftpOptions(options)
  const address = sftpAddress(url)
  if (address === undefined)
    throw new SluiceError('E_USAGE', 'the first argument of sftp is no URL of an SFTP server', {
      hint: 'write sftp://USER@HOST/PATH',
    })
  return new SftpTarget({ ...address, options })
}

/** The target of a URL, with the options of the environment. */
export function sftpTarget(destination: unknown): Target | undefined {
  const address = sftpAddress(destination)
  return address === undefined ? undefined : new SftpTarget(address)
}

class SftpTarget implements Target {
  readonly name: string
  readonly location: string
  readonly #address: SftpAddress

  constructor(address: SftpAddress) {
    this.name = textOfSftp(address)
    this.location = this.name
    this.#address = address
  }

  async prepare(checks: OutputChecks = {}): Promise<void> {
    this.#requireFile()
    const { prepareRemote } = await import('./open.js')
    await prepareRemote(this.#address, checks)
  }

  async open(options: OpenOutputOptions = {}): Promise<Output> {
    this.#requireFile()
    const { openRemote } = await import('./open.js')
    return openRemote(this.#address, options)
  }

  join(path: string): Target {
    return this.#at(`${this.#address.path.replace(/\/$/, '')}/${path}`)
  }

  beside(ending: string): Target {
    return this.#at(`${this.#address.path}${ending}`)
  }

  async makeFolder(): Promise<() => Promise<void>> {
    const { makeRemoteFolder } = await import('./open.js')
    return makeRemoteFolder(this.#address)
  }

  async size(): Promise<number | undefined> {
    const { sizeOfRemote } = await import('./open.js')
    return sizeOfRemote(this.#address)
  }

  async read(): Promise<string | undefined> {
    const { readRemote } = await import('./open.js')
    return readRemote(this.#address)
  }

  async *list(isWanted: (folder: string) => boolean): AsyncIterable<string> {
    const { listRemote } = await import('./open.js')
    yield* await listRemote(this.#address, isWanted)
  }

  async stored(): Promise<StoredObject | undefined> {
    this.#requireFile()
    const { storedRemote } = await import('./remote-ranges.js')
    return storedRemote(this.#address)
  }

  async remove(): Promise<void> {
    const { removeRemoteFile } = await import('./open.js')
    await removeRemoteFile(this.#address)
  }

  async edit(change: TextChange, options: Pick<OpenOutputOptions, 'signal'> = {}): Promise<void> {
    const { editRemote } = await import('./edit.js')
    await editRemote(this.#address, change, options)
  }

  async removeFolder(): Promise<void> {
    const { removeRemoteFolder } = await import('./open.js')
    await removeRemoteFolder(this.#address)
  }

  /** Through `sftpAddress`, which knows what a path may be. */
  #at(path: string): Target {
    const { options } = this.#address
    return new SftpTarget({
      ...sftpAddress(textOfSftp({ ...this.#address, path }))!,
      ...(options && { options }),
    })
  }

  #requireFile(): void {
    if (!this.#address.path.endsWith('/')) return
    throw new SluiceError('E_USAGE', `${this.name} names a folder of a server, not a file`, {
      hint: 'put the name of the file behind it',
    })
  }
}
