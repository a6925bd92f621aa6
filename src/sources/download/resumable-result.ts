import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { interruption, sleep } from '../../abort.js'
import type { Client } from '../../client/index.js'
import { networkError } from '../../client/network-error.js'
import { discard } from '../../client/reply.js'
import { backoff, isWorthRetrying } from '../../client/retry.js'
import { SluiceError } from '../../errors.js'
import { type Continuation, judge, type Known } from './continuation.js'
import { isLabelledGzip, refuseDoubleGzip } from './encoding.js'
import { chunksOf } from './idle.js'

const NO_PROGRESS_MS = 600_000

export interface ResultRequest {
  readonly client: Client
  readonly jobId: string
  /** `result_size` of the job record, which the result must then have. */
  readonly expectedBytes: number | undefined
  readonly signal: AbortSignal
  /** For how long attempts in a row may bring nothing new, in milliseconds. Default 10 minutes. */
  readonly noProgressMs?: number | undefined
  /** Called when the connection broke and another attempt will be made. */
  readonly onBroken: (offset: number, error: SluiceError) => void
}

/** The server ended a reply properly, but before the end of the result. */
class EarlyEnd extends SluiceError {
  constructor(offset: number, total: number) {
    super('E_SIZE_MISMATCH', `the result ended after ${offset} of ${total} bytes`)
  }
}

type Opened = Exclude<Continuation, { kind: 'restart' | 'complete' }> & {
  readonly body: Readable
  readonly labelledGzip: boolean
}

/**
 * The compressed bytes of one result, each exactly once and in order, over as many replies as it takes.
 *
 * After a failure the rest is asked for by range, and taken only when the reply is about the very same result. Where
 * that cannot be known, the whole result is read again, and its beginning must hash to what was delivered already. Bytes
 * that left here are never taken back, so that whoever decodes them need not know of any of this.
 */
export class ResumableResult {
  /** Requests made. */
  attempts = 0
  readonly #request: ResultRequest
  readonly #host: string
  /** Of the bytes delivered. */
  readonly #hash = createHash('sha256')
  #known: Known = { offset: 0, total: undefined, etag: undefined }
  #opened: Opened | undefined
  #complete = false
  /** Whether the server ever began to send the result. */
  #begun = false
  /** A server whose ranges did not fit once is not asked for ranges again. */
  #rangesRefused = false
  #failures = 0
  #failingSince: number | undefined

  constructor(request: ResultRequest) {
    this.#request = request
    this.#host = new URL(request.client.endpoint).host
  }

  /** Bytes delivered. */
  get offset(): number {
    return this.#known.offset
  }

  /** Bytes of the whole result, as far as anyone has said. */
  get total(): number | undefined {
    return this.#known.total ?? this.#request.expectedBytes
  }

  /** SHA-256 of the bytes delivered so far, in hexadecimal. */
  digest(): string {
    return this.#hash.copy().digest('hex')
  }

  /** Makes sure that there is a reply to read from. Throws `SluiceError` when no attempt gets one. */
  async connect(): Promise<void> {
    while (this.#opened === undefined && !this.#complete) {
      try {
        await this.#open()
      } catch (error) {
        await this.#afterFailure(error)
      }
    }
  }

  /** The chunks as the network delivers them. Throws `SluiceError` unless all bytes came, and no more. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    while (!this.#complete) {
      await this.connect()
      const opened = this.#opened
      if (opened === undefined) break
      this.#opened = undefined
      try {
        yield* this.#read(opened)
        if (this.total !== undefined && this.offset < this.total) throw new EarlyEnd(this.offset, this.total)
        this.#complete = true
      } catch (error) {
        await this.#afterFailure(error)
      }
    }
    if (this.total !== undefined && this.offset !== this.total) throw this.#wrongSize(this.offset)
  }

  /** Drops a reply that was opened and not read. */
  close(): void {
    if (this.#opened !== undefined) discard(this.#opened.body)
    this.#opened = undefined
  }

  /** One request, or two when the answer to a range is of no use. */
  async #open(): Promise<void> {
    const { client, jobId, signal } = this.#request
    const { offset, etag } = this.#known
    const ranged = offset > 0 && etag !== undefined && !this.#rangesRefused
    this.attempts++
    const reply = await client.jobs.result(jobId, {
      retries: 0,
      bodyTimeoutMs: 0,
      signal,
      ...(ranged ? { range: { start: offset }, ifRange: etag } : {}),
    })
    try {
      const continuation = judge(reply, this.#known, ranged)
      if (continuation.kind === 'append' || continuation.kind === 'replay') {
        this.#accept({
          ...continuation,
          body: reply.body,
          labelledGzip: isLabelledGzip(reply.headers.get('content-encoding')),
        })
        return
      }
      discard(reply.body)
      this.#complete = continuation.kind === 'complete'
    } catch (error) {
      discard(reply.body)
      throw error
    }
    if (this.#complete) return
    this.#rangesRefused = true
    await this.#open()
  }

  #accept(opened: Opened): void {
    const { expectedBytes } = this.#request
    const { total } = opened.known
    if (expectedBytes !== undefined && total !== undefined && total !== expectedBytes) {
      // Nothing at all is what a server sends that has the result not ready yet.
      throw total === 0 ? new EarlyEnd(0, expectedBytes) : this.#wrongSize(total)
    }
    if (opened.kind === 'append') this.#known = opened.known
    this.#begun = true
    this.#opened = opened
  }

  async *#read(opened: Opened): AsyncGenerator<Uint8Array> {
    const { idleTimeoutMs } = this.#request.client.patience
    let replayed = 0
    const replay = createHash('sha256')
    const toReplay = opened.kind === 'replay' ? this.offset : 0
    let received = 0
    for await (let chunk of chunksOf(opened.body, idleTimeoutMs)) {
      if (received === 0 && opened.labelledGzip && this.offset === 0) refuseDoubleGzip(chunk)
      received += chunk.length
      if (replayed < toReplay) {
        const known = chunk.subarray(0, toReplay - replayed)
        replay.update(known)
        replayed += known.length
        if (replayed < toReplay) continue
        if (replay.digest('hex') !== this.digest()) throw this.#changed()
        this.#known = opened.known
        chunk = chunk.subarray(known.length)
        if (chunk.length === 0) continue
      }
      if (received > (opened.length ?? received)) throw this.#wrongSize(this.offset + chunk.length)
      this.#deliver(chunk)
      yield chunk
    }
  }

  #deliver(chunk: Uint8Array): void {
    const offset = this.offset + chunk.length
    if (offset > (this.total ?? offset)) throw this.#wrongSize(offset)
    this.#hash.update(chunk)
    this.#known = { ...this.#known, offset }
    this.#failures = 0
    this.#failingSince = undefined
  }

  /** Waits before the next attempt; throws when there is none to be made. */
  async #afterFailure(thrown: unknown): Promise<void> {
    const { client, jobId, signal, onBroken, noProgressMs = NO_PROGRESS_MS } = this.#request
    if (signal.aborted) throw interruption(signal)
    const error = this.#begun ? whenBegun(networkError(thrown, this.#host)) : networkError(thrown, this.#host)
    error.jobId ??= jobId
    if (!(error instanceof EarlyEnd) && !isWorthRetrying(error)) throw error
    this.#failingSince ??= performance.now()
    this.#failures++
    const spent = performance.now() - this.#failingSince > noProgressMs
    if (spent || this.#failures > client.patience.retries) throw error
    onBroken(this.offset, error)
    await sleep(backoff(this.#failures, client.patience, error), signal)
  }

  #wrongSize(bytes: number): SluiceError {
    const { jobId, expectedBytes } = this.#request
    const size = bytes > (this.total ?? 0) ? `more than ${this.total}` : String(bytes)
    return new SluiceError(
      'E_SIZE_MISMATCH',
      `the result has ${size} bytes; announced were ${expectedBytes ?? this.total}`,
      {
        jobId,
      },
    )
  }

  #changed(): SluiceError {
    const message = `the result on the server is another one than the ${this.offset} bytes read so far`
    return new SluiceError('E_RESULT_CHANGED', message, { jobId: this.#request.jobId })
  }
}

/** A result that is gone in the middle of its download was there before. */
function whenBegun(error: SluiceError): SluiceError {
  if (error.code !== 'E_NOT_FOUND') return error
  return new SluiceError('E_RESULT_GONE', `the result vanished while it was read: ${error.message}`, {
    cause: error,
  })
}
