import { SluiceError } from '../../errors.js'
import { Attempts, EarlyEnd } from './attempts.js'
import { afterReplay, chunksOf, plainly } from './chunks.js'
import { type Continuation, RangesRefused } from './continuation.js'
import { Delivered } from './delivered.js'
import { type PartPlan, partSize, planParts } from './part-plan.js'
import { fetchParts } from './parts.js'
import { type Answer, fetchResult, type ResultRequest } from './request.js'

/** A reply that was found good, and whose body is still to be read. */
interface Opened {
  readonly reply: Answer['reply']
  readonly verdict: Exclude<Continuation, { kind: 'complete' }>
  /** Set when the body is the first of several parts. */
  readonly plan: PartPlan | undefined
}

/**
 * The compressed bytes of one result, each exactly once and in order, over as many replies as it takes.
 *
 * After a failure the rest is asked for by range, and taken only when the reply is about the very same result. Where
 * that cannot be known, the whole result is read again, and its beginning must hash to what was delivered
 * already. Bytes that left here are never taken back, so that the decoder need not know of any of
 * this.
 */
export class ResumableResult {
  /** Requests made. */
  attempts = 0
  readonly #request: ResultRequest
  readonly #delivered: Delivered
  readonly #patience: Attempts
  #opened: Opened | undefined
  #complete = false
  /** Whether the server ever began to send the result. */
  #begun = false
  /** A server whose ranges did not fit once is not asked for ranges again. */
  #rangesRefused = false

  constructor(request: ResultRequest) {
    this.#request = request
    this.#delivered = new Delivered(request.jobId, request.expectedBytes, request.begun)
    this.#patience = new Attempts(request)
  }

  /** Bytes delivered. */
  get offset(): number {
    return this.#delivered.offset
  }

  /** Bytes of the whole result, as far as anyone has said. */
  get total(): number | undefined {
    return this.#delivered.total
  }

  /** The strong ETag of the result delivered so far. */
  get etag(): string | undefined {
    return this.#delivered.known.etag
  }

  /** SHA-256 of the bytes delivered so far, in hexadecimal. */
  digest(): string {
    return this.#delivered.digest()
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
    for (;;) {
      await this.connect()
      const opened = this.#opened
      if (opened === undefined) break
      this.#opened = undefined
      try {
        for await (const chunk of this.#bytesOf(opened)) {
          this.#delivered.add(chunk)
          this.#patience.progress(chunk.length)
          yield chunk
          this.#patience.wanted()
        }
        const { offset, total } = this
        if (total !== undefined && offset < total) throw new EarlyEnd(offset, total)
        this.#complete = true
      } catch (error) {
        // Parts were patient already, each for itself.
        if (opened.plan !== undefined && !(error instanceof RangesRefused)) throw this.#named(error)
        const missing = opened.verdict.kind === 'append' ? this.#missing : undefined
        await this.#afterFailure(error, missing)
        this.#complete = missing === 0
      }
    }
    this.#delivered.checkComplete()
  }

  /** Drops a reply that was opened and not read. */
  close(): void {
    this.#opened?.reply.body.destroy()
    this.#opened = undefined
  }

  async #open(): Promise<void> {
    const { expectedBytes, connections } = this.#request
    const { known } = this.#delivered
    this.attempts++
    const missing = expectedBytes === undefined ? undefined : expectedBytes - known.offset
    const plan = this.#rangesRefused ? undefined : planParts(missing, connections)
    const { reply, verdict } = await this.#ask(plan)
    if (verdict.kind === 'complete') {
      reply.body.destroy()
      this.#complete = true
      return
    }
    this.#opened = { reply, verdict, plan: reply.status === 206 ? plan : undefined }
    try {
      const { total } = verdict.known
      // Nothing at all is what a server sends that has the result not ready yet.
      if (total === 0 && expectedBytes) throw new EarlyEnd(0, expectedBytes)
      this.#delivered.checkAnnounced(total)
      if (verdict.kind === 'append') this.#delivered.learn(verdict.known)
      this.#begun = true
    } catch (error) {
      this.close()
      throw error
    }
  }

  #ask(plan: PartPlan | undefined): Promise<Answer> {
    const request = this.#request
    const { known } = this.#delivered
    if (known.offset === 0) {
      return plan === undefined
        ? fetchResult(request, known, 'whole', {})
        : fetchResult(request, known, 'first', { range: { start: 0, end: partSize(plan, 0) - 1 } })
    }
    // Bytes of an earlier run are the whole result only if the server still has the very same one.
    const isLastKnown = known.offset === this.total && request.begun?.known.offset === known.offset
    if (isLastKnown && known.etag !== undefined && !this.#rangesRefused) {
      const last = known.offset - 1
      return fetchResult(request, known, 'last', { range: { start: last, end: last }, ifRange: known.etag })
    }
    return known.etag === undefined || this.#rangesRefused
      ? fetchResult(request, known, 'whole', {})
      : fetchResult(request, known, 'rest', {
          range: { start: known.offset, end: plan && known.offset + partSize(plan, 0) - 1 },
          ifRange: known.etag,
        })
  }

  #bytesOf({ reply, verdict, plan }: Opened): AsyncIterable<Uint8Array> {
    const { total, etag } = verdict.known
    const encoding = reply.headers.get('content-encoding')
    if (plan !== undefined && total !== undefined && etag !== undefined) {
      const first = { body: reply.body, start: this.offset, length: verdict.length ?? total }
      const parts = fetchParts(this.#request, { total, etag, first, plan, onAttempt: () => this.attempts++ })
      return plainly(encoding, parts)
    }
    const chunks = chunksOf(reply.body, this.#request.client.patience.idleTimeoutMs, verdict.length)
    if (verdict.kind === 'append') return plainly(encoding, chunks)
    return afterReplay(chunks, this.offset, this.digest(), () => this.#delivered.learn(verdict.known))
  }

  get #missing(): number | undefined {
    return this.total === undefined ? undefined : this.total - this.offset
  }

  async #afterFailure(error: unknown, missing?: number): Promise<void> {
    if (!(error instanceof RangesRefused)) {
      return this.#patience.afterFailure(this.#named(error), this.offset, missing)
    }
    this.#rangesRefused = true
    this.#request.onBroken(this.offset, new SluiceError('E_PROTOCOL', error.message))
  }

  /** A result that is gone in the middle of its download was there before. */
  #named(error: unknown): unknown {
    if (!this.#begun || !(error instanceof SluiceError) || error.code !== 'E_NOT_FOUND') return error
    const message = `the result vanished while it was read: ${error.message}`
    return new SluiceError('E_RESULT_GONE', message, { cause: error, jobId: this.#request.jobId })
  }
}
