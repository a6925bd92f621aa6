import { Writable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { asSluiceError, interruption } from '../../abort.js'
import { ioError, SluiceError } from '../../errors.js'
import { assertFinished } from '../assert-finished.js'
import type { OpenOutputOptions, Output, Target } from './contract.js'

const HIGH_WATER_MARK = 1024 * 1024

const NAME = 'the web stream'

/** A `WritableStream` of the web, as far as it is used: those of Node, of browser types and of polyfills fit. */
export interface WebWritable {
  /** Whether something is writing to it. */
  readonly locked: boolean
  /** Locks the stream for one writer. */
  getWriter(): WebWriter
}

/** The writer of a {@link WebWritable}, as far as it is used; see https://streams.spec.whatwg.org/#default-writer-class. */
export interface WebWriter {
  /** Settles when the stream is closed or has failed. */
  readonly closed: Promise<unknown>
  /** Fulfilled while the stream wants more. */
  readonly ready: Promise<unknown>
  /** Writes a chunk. */
  write(chunk: Uint8Array): Promise<unknown>
  /** Ends the stream, after all chunks are written. */
  close(): Promise<unknown>
  /** Throws away what is not written yet, and fails the stream. */
  abort(reason?: unknown): Promise<unknown>
  /** Gives the stream back to the program. */
  releaseLock(): void
}

/** A `WritableStream` (https://streams.spec.whatwg.org/#ws-class): closed on commit, aborted on discard. */
export function webStreamTarget(destination: unknown): Target | undefined {
  if (!isWebWritable(destination)) return undefined
  return {
    name: NAME,
    prepare: () => assertOpen(destination),
    open: async (options = {}) => {
      await assertOpen(destination)
      return openWebStream(destination.getWriter(), options)
    },
    abandon: (reason) => {
      // The holder of the lock writes to it.
      if (destination.locked) return
      const writer = destination.getWriter()
      for (const settled of [writer.closed, writer.abort(reason)]) settled.catch(() => {})
      writer.releaseLock()
    },
  }
}

function isWebWritable(destination: unknown): destination is WebWritable {
  return typeof (destination as Partial<WebWritable> | null | undefined)?.getWriter === 'function'
}

async function assertOpen(stream: WebWritable): Promise<void> {
  if (stream.locked) throw new SluiceError('E_USAGE', `${NAME} is locked: something else is writing to it`)
  const writer = stream.getWriter()
  try {
    // Only this promise tells a closed stream from one whose queue is full. It has settled long before the next turn.
    const state = await Promise.race([writer.closed.then(() => 'closed'), turn('open')])
    if (state === 'closed') throw new SluiceError('E_USAGE', `${NAME} is closed already`)
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause
    throw new SluiceError('E_USAGE', `${NAME} has failed already`, { cause })
  } finally {
    writer.releaseLock()
  }
}

function openWebStream(writer: WebWriter, { signal, beforePublish }: OpenOutputOptions): Output {
  const writable = new WebForwarder(writer)
  const discard = async () => {
    writable.destroy()
    const reason = signal?.aborted ? interruption(signal) : writable.errored
    // Not awaited: it waits for the write under way, which may never end.
    writer.abort(reason ?? new SluiceError('E_INTERRUPTED', 'the output was discarded')).catch(() => {})
    writer.releaseLock()
  }
  return {
    writable,
    path: undefined,
    get bytesWritten() {
      return writable.bytesWritten
    },
    async commit() {
      try {
        assertFinished(writable, NAME)
        await beforePublish?.()
        await unlessAborted(writer.close(), signal)
      } catch (error) {
        await discard()
        throw asSluiceError(error, signal, webError)
      }
      writer.releaseLock()
    },
    discard,
  }
}

/** Hands chunks on while the stream is `ready` for more; `finish` means that it took the last one. */
class WebForwarder extends Writable {
  bytesWritten = 0
  readonly #writer: WebWriter
  #lastWrite: Promise<unknown> = Promise.resolve()

  constructor(writer: WebWriter) {
    super({ highWaterMark: HIGH_WATER_MARK })
    this.#writer = writer
    writer.closed.catch((error) => this.destroy(webError(error)))
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    this.#writer.ready.then(
      () => {
        this.#lastWrite = this.#writer.write(unshared(chunk)).then(() => {
          this.bytesWritten += chunk.byteLength
        })
        // `closed` and the end report it.
        this.#lastWrite.catch(() => {})
        done()
      },
      (error) => done(webError(error)),
    )
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#lastWrite.then(
      () => done(),
      (error) => done(webError(error)),
    )
  }
}

/** A stream of bytes takes the memory of a chunk away, which must not be that of other chunks as well. */
function unshared(chunk: Uint8Array): Uint8Array {
  return chunk.byteLength === chunk.buffer.byteLength ? chunk : new Uint8Array(chunk)
}

async function unlessAborted(work: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return void (await work)
  let stop = () => {}
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(interruption(signal))
  })
  signal.addEventListener('abort', stop, { once: true })
  try {
    if (signal.aborted) stop()
    await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** A stream that was cancelled by its reader fails without a reason. */
function webError(cause: unknown): SluiceError {
  if (cause !== undefined) return ioError(cause, NAME)
  return new SluiceError('E_BROKEN_PIPE', `${NAME} was closed before everything was written`)
}
