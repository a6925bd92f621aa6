import { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { asSluiceError, destroyQuietly, interruption } from '../../abort.js'
import { ioError, SluiceError, systemCode } from '../../errors.js'
import { assertFinished } from '../assert-finished.js'
import type { OpenOutputOptions, Output, Target } from './contract.js'

const HIGH_WATER_MARK = 1024 * 1024

/** Codes for a stream that was closed, or whose other side hung up; which of them depends on the Node version. */
const GONE = new Set(['ERR_STREAM_DESTROYED', 'ERR_STREAM_PREMATURE_CLOSE', 'ECANCELED', 'ECONNRESET'])

/** A Writable of the program. */
export function streamTarget(destination: unknown): Target | undefined {
  if (!isWritable(destination)) return undefined
  return {
    name: 'the output stream',
    prepare: async () => assertWritable(destination),
    open: async (options = {}) => openStream(destination, options),
    abandon: (reason) => {
      // A stream that the program has ended already is not this run's business.
      if (!destination.writableEnded) destroyQuietly(destination, reason)
    },
  }
}

/** Told by its methods, because a program may have streams of another class, such as those of `readable-stream`. */
function isWritable(destination: unknown): destination is Writable {
  const { write, end, on } = (destination ?? {}) as Partial<Writable>
  return [write, end, on].every((method) => typeof method === 'function')
}

function assertWritable(stream: Writable): void {
  if (!stream.writable || stream.writableEnded) {
    throw new SluiceError('E_USAGE', 'the output stream has ended already')
  }
}

/** A stream of the program: ended and waited for on commit, destroyed with the failure on discard. */
export function openStream(target: Writable, options: OpenOutputOptions, name = 'the output stream'): Output {
  assertWritable(target)
  const writable = new Forwarder(target, name)
  const discard = async () => {
    writable.destroy()
    const reason = options.signal?.aborted ? interruption(options.signal) : writable.errored
    target.destroy(reason ?? new SluiceError('E_INTERRUPTED', 'the output was discarded'))
  }
  return {
    writable,
    path: undefined,
    get bytesWritten() {
      return writable.bytesWritten
    },
    async commit() {
      try {
        assertFinished(writable, name)
        await options.beforePublish?.()
        target.end()
        await finished(target, { readable: false, signal: options.signal })
      } catch (error) {
        await discard()
        throw asSluiceError(error, options.signal, (cause) => streamError(cause, target, name))
      }
      writable.release()
    },
    discard,
  }
}

/** A stream that outlives the output, as stdout does: neither ended nor destroyed. */
export function borrowStream(target: Writable, name: string, { onTaken }: OpenOutputOptions = {}): Output {
  const writable = new Forwarder(target, name, onTaken)
  const discard = async () => {
    writable.destroy()
    writable.release()
  }
  return {
    writable,
    path: undefined,
    get bytesWritten() {
      return writable.bytesWritten
    },
    async commit() {
      try {
        assertFinished(writable, name)
      } finally {
        await discard()
      }
    },
    discard,
  }
}

/**
 * Hands each chunk on and waits until it was taken, so that `finish` means that nothing is left in the buffers of
 * the target. It exists because `stream.pipeline` ends and destroys what it writes to, while the target is to be
 * ended only after everything was verified.
 */
class Forwarder extends Writable {
  bytesWritten = 0
  readonly #target: Writable
  readonly #name: string
  readonly #onTaken: OpenOutputOptions['onTaken']
  #waiting = false

  constructor(target: Writable, name: string, onTaken?: OpenOutputOptions['onTaken']) {
    super({ highWaterMark: HIGH_WATER_MARK })
    this.#target = target
    this.#name = name
    this.#onTaken = onTaken
    target.on('error', this.#fail)
    target.on('close', this.#fail)
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error) => void): void {
    this.#waiting = true
    this.#target.write(chunk, (error) => {
      this.#waiting = false
      if (error) return done(streamError(error, this.#target, this.#name))
      this.bytesWritten += chunk.byteLength
      this.#onTaken?.(chunk)
      done()
    })
  }

  /** Stops listening, unless a write is under way or failed: its error must find a listener, or it ends the process. */
  release(): void {
    if (this.#waiting || this.errored) return
    this.#target.off('error', this.#fail)
    this.#target.off('close', this.#fail)
  }

  readonly #fail = (error?: Error): void => {
    this.destroy(streamError(error, this.#target, this.#name))
  }
}

function streamError(error: unknown, target: Writable, name: string): SluiceError {
  const cause = target.errored ?? error
  if (cause === undefined || GONE.has(systemCode(cause) ?? '')) {
    return new SluiceError('E_BROKEN_PIPE', `${name} was closed before everything was written`, { cause })
  }
  return ioError(cause, name)
}
