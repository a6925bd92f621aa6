import { posix } from 'node:path'
import { finished } from 'node:stream/promises'
import type { Stats } from 'ssh2'
import { asSluiceError, throwIfAborted } from '../../../abort.js'
import { SluiceError } from '../../../errors.js'
import { assertFinished } from '../../assert-finished.js'
import type { OpenOutputOptions, Output } from '../contract.js'
import { type SftpAddress, textOfSftp } from './address.js'
import { LostConnection, SFTP_STATUS, sftpError, sftpStatus } from './failure.js'
import { type Part, partsInUse } from './part.js'
import {
  closeRemote,
  isFull,
  noneIfMissing,
  remoteStat,
  removeRemote,
  renameNew,
  renameOver,
} from './remote-files.js'
import { RemoteWritable } from './remote-writable.js'
import { borrowSession, type Loan, type SftpSession } from './session.js'

/** How often the last step is tried when the connection ends in it. */
const PUBLISHES = 3

/** Servers on which a user was told that they replace no file at once: once is enough. */
const inStepsTold = new Set<string>()

/** Resources that an output has opened. */
export interface OpenPart {
  readonly address: SftpAddress
  /** The final path on the server. */
  readonly path: string
  /** The file that was there at the beginning. */
  readonly old: Stats | undefined
  readonly part: Part
  readonly handle: Buffer
  readonly loan: Loan
}

export class RemoteOutput implements Output {
  readonly path: string
  readonly writable: RemoteWritable
  readonly #open: OpenPart
  readonly #options: OpenOutputOptions
  #loan: Loan
  #isClosed = false
  #hasEnded = false

  constructor(open: OpenPart, options: OpenOutputOptions) {
    this.path = textOfSftp(open.address)
    this.#open = open
    this.#options = options
    this.#loan = open.loan
    this.writable = new RemoteWritable({
      session: open.loan.session,
      handle: open.handle,
      failure: (error) => this.#failure(error),
      onTaken: options.onTaken,
    })
  }

  get bytesWritten(): number {
    return this.writable.bytesWritten
  }

  async commit(): Promise<void> {
    const { beforePublish, signal } = this.#options
    try {
      assertFinished(this.writable, this.path)
      await this.#complete()
      await beforePublish?.()
      throwIfAborted(signal)
      await this.#publish()
    } catch (error) {
      const reason = error instanceof SluiceError ? error : await this.#failure(error)
      await this.discard()
      throw asSluiceError(reason, signal, (cause) => sftpError(cause, this.path))
    }
    await this.#end()
  }

  async discard(): Promise<void> {
    if (this.#hasEnded) return
    this.writable.destroy()
    await finished(this.writable).catch(() => {})
    const { part, handle } = this.#open
    try {
      if (!this.#isClosed) await closeRemote(this.#session, handle).catch(() => {})
      await this.#renewed()
      await removeRemote(this.#session, part.path).catch(noneIfMissing)
    } catch (error) {
      const { message } = sftpError(error, this.path)
      const what = `${posix.basename(part.path)} stays on the server: ${message}`
      this.#tell('N_PART_LEFT', `the unfinished ${what}; the next run of the same output removes it`)
    } finally {
      await this.#end()
    }
  }

  get #session(): SftpSession {
    return this.#loan.session
  }

  /** The part: all there, with the mode of the file that it replaces, on the disk of the server. */
  async #complete(): Promise<void> {
    const { handle, old } = this.#open
    const session = this.#session
    const { size } = await session.ask<Stats>((sftp, done) => sftp.fstat(handle, done))
    if (size !== this.bytesWritten)
      throw new SluiceError(
        'E_IO',
        `${this.path}: ${this.bytesWritten} bytes were written, the file holds ${size}`,
      )
    // Servers for files alone know no modes.
    if (old !== undefined)
      await session.ask((sftp, done) => sftp.fchmod(handle, old.mode & 0o777, done)).catch(ignoreStatus)
    if (session.has('fsync@openssh.com'))
      await session.ask((sftp, done) => sftp.ext_openssh_fsync(handle, done))
    this.#isClosed = true
    await closeRemote(session, handle)
  }

  /** Makes it visible. When the connection ends meanwhile, a new one tells whether that is done. */
  async #publish(): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await this.#renewed()
        if (tries > 1 && (await this.#isPublished())) return
        return await this.#rename()
      } catch (error) {
        if (!(error instanceof LostConnection) || tries === PUBLISHES) throw error
      }
    }
  }

  async #rename(): Promise<void> {
    const { path, part, address } = this.#open
    if (this.#options.clobber === false) {
      if ((await remoteStat(this.#session, path)) !== undefined) throw this.#alreadyThere()
      try {
        await renameNew(this.#session, part.path, path)
      } catch (error) {
        if (sftpStatus(error) !== undefined && (await remoteStat(this.#session, path)) !== undefined)
          throw this.#alreadyThere(error)
        throw error
      }
      return
    }
    if ((await renameOver(this.#session, part.path, path)) === 'at once' || inStepsTold.has(address.host))
      return
    inStepsTold.add(address.host)
    const weaker = 'for a moment there was no file of that name'
    this.#tell(
      'N_REPLACED_IN_STEPS',
      `${this.path}: the server replaces no file at once (posix-rename); ${weaker}`,
    )
  }

  async #isPublished(): Promise<boolean> {
    const { path, part } = this.#open
    if ((await remoteStat(this.#session, part.path)) !== undefined) return false
    return (await remoteStat(this.#session, path))?.size === this.bytesWritten
  }

  #alreadyThere(cause?: unknown): SluiceError {
    return new SluiceError('E_EXISTS', `${this.path} exists and is not to be replaced`, { cause })
  }

  /** Gets another connection where this one was lost. @throws SluiceError as `borrowSession` */
  async #renewed(): Promise<void> {
    if (!this.#session.isLost) return
    await this.#loan.giveBack()
    this.#loan = { session: this.#session, giveBack: async () => {} }
    this.#loan = await borrowSession(this.#open.address)
  }

  /** The protocol has no word for a disk that is full. */
  async #failure(error: unknown): Promise<SluiceError> {
    const failure = sftpError(error, this.path)
    if (sftpStatus(error) !== SFTP_STATUS.failure) return failure
    if (!(await isFull(this.#session, posix.dirname(this.#open.path)))) return failure
    return new SluiceError('E_NO_SPACE', `${this.path}: the disk of the server is full`, { cause: error })
  }

  #tell(code: string, message: string): void {
    this.#options.notice?.({ code, message })
  }

  async #end(): Promise<void> {
    if (this.#hasEnded) return
    this.#hasEnded = true
    partsInUse.delete(this.#open.part.token)
    await this.#loan.giveBack()
  }
}

function ignoreStatus(error: unknown): void {
  if (sftpStatus(error) === undefined) throw error
}
