import { SluiceError } from '../../../errors.js'
import type { OpenOutputOptions, Output, OutputChecks, StoredObject, Target } from '../contract.js'
import { type SftpAddress, sftpAddress, textOfSftp } from './address.js'

/**
 * A file on an SSH server, `sftp://user@host/path`, complete or not there. Needs the package `ssh2`, which is loaded when the target
 * is used.
 */
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

  async stored(): Promise<StoredObject | undefined> {
    this.#requireFile()
    const { storedRemote } = await import('./remote-ranges.js')
    return storedRemote(this.#address)
  }

  async remove(): Promise<void> {
    const { removeRemoteFile } = await import('./open.js')
    await removeRemoteFile(this.#address)
  }

  /** Through `sftpAddress`, which knows what a path may be. */
  #at(path: string): Target {
    return new SftpTarget(sftpAddress(textOfSftp({ ...this.#address, path }))!)
  }

  #requireFile(): void {
    if (!this.#address.path.endsWith('/')) return
    throw new SluiceError('E_USAGE', `${this.name} names a folder of a server, not a file`, {
      hint: 'put the name of the file behind it',
    })
  }
}
