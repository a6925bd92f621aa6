import { createHash, type Hash } from 'node:crypto'
import { SluiceError } from '../../errors.js'
import type { Known } from './continuation.js'

/** A result of which an earlier run has the first bytes. */
export interface BegunResult {
  readonly known: Known
  /** SHA-256 of those bytes; it is gone on with. */
  readonly hash: Hash
}

/** The book of what has left the download: how many bytes, their hash, and of which result they are. */
export class Delivered {
  readonly #jobId: string
  readonly #expectedBytes: number | undefined
  readonly #hash: Hash
  #known: Known

  constructor(jobId: string, expectedBytes: number | undefined, begun?: BegunResult) {
    this.#jobId = jobId
    this.#expectedBytes = expectedBytes
    this.#hash = begun?.hash ?? createHash('sha256')
    this.#known = begun?.known ?? { offset: 0, total: undefined, etag: undefined }
  }

  get known(): Known {
    return this.#known
  }

  get offset(): number {
    return this.#known.offset
  }

  /** Bytes of the whole result, as far as anyone has said. */
  get total(): number | undefined {
    return this.#known.total ?? this.#expectedBytes
  }

  /** SHA-256 of the bytes so far, in hexadecimal. */
  digest(): string {
    return this.#hash.copy().digest('hex')
  }

  /** Throws `E_SIZE_MISMATCH` when a reply announces another size than the job record does. */
  checkAnnounced(total: number | undefined): void {
    const expected = this.#expectedBytes
    if (total !== undefined && expected !== undefined && total !== expected)
      throw this.#wrongSize(String(total), expected)
  }

  /** The result is the one of this reply; the bytes so far are kept. */
  learn({ total, etag }: Known): void {
    this.#known = { offset: this.offset, total, etag }
  }

  /** Throws `E_SIZE_MISMATCH` when there are more bytes than announced. */
  add(chunk: Uint8Array): void {
    const { total } = this
    const offset = this.offset + chunk.length
    if (total !== undefined && offset > total) throw this.#wrongSize(`more than ${total}`, total)
    this.#hash.update(chunk)
    this.#known = { ...this.#known, offset }
  }

  /** Throws `E_SIZE_MISMATCH` unless there are as many bytes as announced. */
  checkComplete(): void {
    const { offset, total } = this
    if (total !== undefined && offset !== total) throw this.#wrongSize(String(offset), total)
  }

  #wrongSize(bytes: string, announced: number): SluiceError {
    const message = `the result has ${bytes} bytes; announced were ${announced}`
    return new SluiceError('E_SIZE_MISMATCH', message, { jobId: this.#jobId })
  }
}
