import { Readable } from 'node:stream'
import { interruption } from '../../abort.js'
import type { ResultRequest } from './request.js'
import { ResumableResult } from './resumable-result.js'

/** Read ahead of the decoder, in bytes. */
const HIGH_WATER_MARK = 1024 * 1024

export type DownloadOptions = Omit<ResultRequest, 'signal'> & { readonly signal?: AbortSignal | undefined }

/**
 * The bytes of `job/result?format=msgpack.gz` as a Readable that survives broken connections: it delivers each byte
 * exactly once, in the chunks the network brings, and ends only when all have come. Otherwise it is destroyed with a
 * `SluiceError`: `E_NET`, `E_TIMEOUT`, `E_HTTP_5XX`, `E_RATE_LIMIT` after all attempts, `E_RESULT_CHANGED`,
 * `E_RESULT_GONE`, `E_SIZE_MISMATCH`, `E_ENCODING`, `E_NOT_MSGPACK`, `E_PROTOCOL`, `E_AUTH`, `E_FORBIDDEN`.
 */
export class Download extends Readable {
  readonly #result: ResumableResult
  readonly #chunks: AsyncGenerator<Uint8Array>
  readonly #ending = new AbortController()
  readonly #signal: AbortSignal | undefined
  readonly #stop = () => this.destroy(interruption(this.#signal!))

  constructor({ signal, ...request }: DownloadOptions) {
    super({ highWaterMark: HIGH_WATER_MARK })
    this.#signal = signal
    this.#result = new ResumableResult({ ...request, signal: this.#ending.signal })
    this.#chunks = this.#result.chunks()
    // An abort destroys it at any time, also when nobody reads it yet or any more. Whoever does hears of it
    // all the same.
    this.on('error', () => {})
    if (signal?.aborted) this.#ending.abort(signal.reason)
    signal?.addEventListener('abort', this.#stop, { once: true })
  }

  /** Resolves when the server has begun to send the result; rejects as the stream would be destroyed. */
  connect(): Promise<void> {
    return this.#result.connect()
  }

  /** Compressed bytes delivered, those that were begun with included. */
  get bytesRead(): number {
    return this.#result.offset
  }

  /** Compressed bytes of the whole result, where known. */
  get totalBytes(): number | undefined {
    return this.#result.total
  }

  /** The strong ETag of the result, where the server gave one. */
  get etag(): string | undefined {
    return this.#result.etag
  }

  /** Requests made; more than one when the connection broke. */
  get attempts(): number {
    return this.#result.attempts
  }

  /** SHA-256 of the bytes delivered so far, in hexadecimal. */
  get sha256(): string {
    return this.#result.digest()
  }

  override _read(): void {
    this.#chunks.next().then(
      ({ value, done }) => this.push(done ? null : value),
      (error) => this.destroy(error),
    )
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#signal?.removeEventListener('abort', this.#stop)
    this.#ending.abort(error ?? undefined)
    this.#result.close()
    callback(error)
  }
}
