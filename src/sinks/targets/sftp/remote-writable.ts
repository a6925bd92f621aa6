import { Writable } from 'node:stream'
import type { SluiceError } from '../../../errors.js'
import type { SftpSession } from './session.js'

/** Every server takes as much by one request. */
const PIECE = 32 * 1024

/** Bytes that all outputs of a connection together may have on their way; it is what OpenSSH lets a client send ahead. */
const MOST_IN_FLIGHT = 2 * 1024 * 1024

export interface RemoteWritableOptions {
  readonly session: SftpSession
  readonly handle: Buffer
  /** Makes a failure one of this project. */
  readonly failure: (error: unknown) => Promise<SluiceError>
  /** Called with each chunk that will not be read again. */
  readonly onTaken: ((chunk: Uint8Array) => void) | undefined
}

/** Writes to an open file of a server, many pieces at a time, and finishes when the server has acknowledged all of them. */
export class RemoteWritable extends Writable {
  bytesWritten = 0
  readonly #options: RemoteWritableOptions
  readonly #sending = new Set<Promise<void>>()

  constructor(options: RemoteWritableOptions) {
    super({ highWaterMark: MOST_IN_FLIGHT / 2 })
    this.#options = options
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    this.#take(chunk).then(() => done(), done)
  }

  override _final(done: (error?: Error | null) => void): void {
    Promise.all(this.#sending).then(() => done(), done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    Promise.all(this.#sending).then(() => done(error))
  }

  async #take(chunk: Uint8Array): Promise<void> {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    for (let at = 0; at < bytes.length && !this.destroyed; at += PIECE) {
      const length = Math.min(PIECE, bytes.length - at)
      await this.#options.session.inFlight.take(length, MOST_IN_FLIGHT)
      this.#send(bytes, at, length)
    }
    this.bytesWritten += bytes.length
    this.#options.onTaken?.(chunk)
  }

  /** ssh2 copies the bytes before it returns. */
  #send(bytes: Buffer, at: number, length: number): void {
    const { session, handle, failure } = this.#options
    const position = this.bytesWritten + at
    const sending = session
      .ask((sftp, done) => sftp.write(handle, bytes, at, length, position, done))
      .catch(async (error) => {
        this.destroy(await failure(error))
      })
      .finally(() => {
        session.inFlight.give(length)
        this.#sending.delete(sending)
      })
    this.#sending.add(sending)
  }
}
