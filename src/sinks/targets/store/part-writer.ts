import { Writable } from 'node:stream'
import { SluiceError } from '../../../errors.js'
import { Budget } from './budget.js'
import { LEAST_PART_SIZE, PART_SIZE, type Sending } from './options.js'
import { forgetIdleMemory, PartBody } from './part-body.js'

/** Bytes that may wait while a part is on its way to be sent. */
const HIGH_WATER_MARK = 64 * 1024

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MOST_PARTS = 10_000

/** Outputs that are open at the same time with parts of full size; those opened beyond have small ones. */
const LARGE_OUTPUTS = 4

const inFlight = new Budget()
let open = 0

export interface PartWriterOptions extends Sending {
  /** Name of the object in messages. */
  readonly name: string
  /** Sends a part; rejects with a `SluiceError`. */
  readonly send: (number: number, body: PartBody, signal: AbortSignal) => Promise<void>
  /** Called with each chunk that will not be read again. */
  readonly onTaken: ((chunk: Uint8Array) => void) | undefined
}

/**
 * Gathers bytes to parts of one size and sends these, several at a time. What is not larger than one part is not sent; it stays
 * in `rest`.
 */
export class PartWriter extends Writable {
  bytesWritten = 0
  readonly #options: PartWriterOptions
  readonly #partSize: number
  /** Bytes that all outputs together may have on their way when this one sends. */
  readonly #mostInFlight: number
  readonly #ending = new AbortController()
  readonly #sending = new Set<Promise<void>>()
  #body: PartBody
  #parts = 0

  constructor(options: PartWriterOptions) {
    super({ highWaterMark: HIGH_WATER_MARK })
    const { partSize = PART_SIZE, partsInFlight } = options
    this.#options = options
    // Sixteen files of partitions would have 256 MiB in memory before any of them sends.
    this.#partSize = options.partSize ?? (open < LARGE_OUTPUTS ? PART_SIZE : LEAST_PART_SIZE)
    this.#mostInFlight = partSize * partsInFlight
    this.#body = new PartBody(this.#partSize)
    open++
  }

  /** All that was written, where it is not more than one part. */
  get rest(): PartBody {
    return this.#body
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    this.#take(chunk).then(() => done(), done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#sendAll().then(() => done(), done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    open--
    this.#ending.abort()
    Promise.all(this.#sending).then(() => {
      if (open === 0) forgetIdleMemory()
      done(error)
    })
  }

  async #take(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      if (this.#body.isFull) {
        await this.#send()
        await this.#roomForBody()
        this.#body = new PartBody(this.#partSize, true)
      }
      at += this.#body.take(chunk.subarray(at))
    }
    this.bytesWritten += chunk.length
    this.#options.onTaken?.(chunk)
  }

  /**
   * Waits until a part that is filled has its place among those on their way: it would be one more in memory. The bytes are not taken
   * for it: of many outputs that fill slowly, none could send. One part at least is filled while another is sent.
   */
  async #roomForBody(): Promise<void> {
    await inFlight.take(this.#partSize, Math.max(this.#mostInFlight, 2 * this.#partSize))
    inFlight.give(this.#partSize)
  }

  async #sendAll(): Promise<void> {
    if (this.#parts === 0) return
    if (this.#body.length > 0) await this.#send()
    await Promise.all(this.#sending)
  }

  /** Begins to send the part that was gathered, when there is room for it on the way. */
  async #send(): Promise<void> {
    if (this.#parts === MOST_PARTS) throw tooManyParts(this.#options.name, this.#partSize)
    const body = this.#body
    const number = ++this.#parts
    const { length } = body
    await inFlight.take(length, this.#mostInFlight)
    const sending = this.#sendBody(number, body).finally(() => {
      inFlight.give(length)
      this.#sending.delete(sending)
    })
    this.#sending.add(sending)
  }

  async #sendBody(number: number, body: PartBody): Promise<void> {
    if (this.destroyed) return
    try {
      await this.#options.send(number, body, this.#ending.signal)
      body.release()
    } catch (error) {
      this.destroy(error as Error)
    }
  }
}

function tooManyParts(name: string, partSize: number): SluiceError {
  const gib = Math.floor((MOST_PARTS * partSize) / 1024 ** 3)
  return new SluiceError(
    'E_IO',
    `${name}: an object has ${MOST_PARTS} parts at most, which is ${gib} GiB here`,
    {
      hint: 'make larger parts, with the option partSize of s3 or TD_SLUICE_PART_SIZE; or write several files',
    },
  )
}
