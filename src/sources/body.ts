import { pipeline, type Readable, Transform } from 'node:stream'
import { ioError, SluiceError } from '../errors.js'

const HIGH_WATER_MARK = 256 * 1024

/**
 * The bytes of `readable`, checked: they are bytes, as many as announced, and every failure is a `SluiceError`.
 *
 * @param name what error messages call it
 * @param expectedBytes how many there must be, where known
 */
export function bodyOf(readable: Readable, name: string, expectedBytes?: number): Transform {
  const body = new Body(name, expectedBytes)
  // Its failure destroys `body` with the error, which ends its reader.
  pipeline(readable, body, () => {})
  return body
}

class Body extends Transform {
  readonly #name: string
  readonly #expected: number | undefined
  #bytes = 0

  constructor(name: string, expected: number | undefined) {
    // Object mode on the way in, to see what a stream delivers rather than have it made into bytes.
    super({ writableObjectMode: true, writableHighWaterMark: 1, readableHighWaterMark: HIGH_WATER_MARK })
    this.#name = name
    this.#expected = expected
  }

  override _transform(
    chunk: unknown,
    _encoding: string,
    done: (error: Error | null, chunk?: unknown) => void,
  ): void {
    if (!(chunk instanceof Uint8Array)) {
      done(new SluiceError('E_USAGE', `${this.#name} delivers ${typeof chunk}s; it must deliver bytes`))
      return
    }
    this.#bytes += chunk.byteLength
    done(null, chunk)
  }

  override _flush(done: (error?: Error) => void): void {
    const expected = this.#expected ?? this.#bytes
    const message = `${this.#name} changed while it was read: ${this.#bytes} bytes came, ${expected} were there`
    done(this.#bytes === expected ? undefined : new SluiceError('E_SIZE_MISMATCH', message))
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    done(error && ioError(error, this.#name))
  }
}
