import { finished } from 'node:stream/promises'
import { asSluiceError, throwIfAborted } from '../../../abort.js'
import type { SluiceError } from '../../../errors.js'
import { assertFinished } from '../../assert-finished.js'
import type { OpenOutputOptions, Output } from '../contract.js'
import { type StoreAddress, textOfAddress } from './address.js'
import type { Sending } from './options.js'
import type { PartBody } from './part-body.js'
import { PartWriter } from './part-writer.js'

/**
 * Bytes of small objects that all outputs of this process keep until they become final. Those of thousands of partitions that
 * become final together would not fit into memory: beyond this they are sent before, as uploads of one part.
 */
const MOST_HELD = 32 * 1024 * 1024

let held = 0

/** An object that is made of parts, or by one request. Its methods reject with `SluiceError`s. */
export interface PartedObject {
  /** Whether a part was sent. */
  readonly hasUpload: boolean
  send(number: number, body: PartBody, signal: AbortSignal): Promise<void>
  /** Makes the object visible that was sent in parts. */
  complete(): Promise<void>
  /** Makes the object, whole. */
  put(body: PartBody): Promise<void>
  /** Removes the parts. Never rejects: returns the failure that leaves them in the store. */
  discard(): Promise<SluiceError | undefined>
  /** @throws SluiceError `E_EXISTS` for an object that is not to be replaced. */
  assertFree(): Promise<void>
}

/** The facts about its object that an output needs. */
export interface StoreOutputSpec {
  readonly address: StoreAddress
  /** Name in messages. */
  readonly name: string
  readonly sending: Sending
  /** Makes an error of the SDK one of this project. */
  readonly failure: (error: unknown, what: string) => SluiceError
  /** To be awaited before the object becomes visible or its parts are removed. Never rejects. */
  readonly before?: Promise<unknown>
}

export class StoreOutput implements Output {
  readonly path: string
  readonly writable: PartWriter
  readonly #spec: StoreOutputSpec
  readonly #options: OpenOutputOptions
  readonly #object: PartedObject
  #held = 0

  constructor(object: PartedObject, spec: StoreOutputSpec, options: OpenOutputOptions) {
    this.path = textOfAddress(spec.address)
    this.#spec = spec
    this.#options = options
    this.#object = object
    this.writable = new PartWriter({
      ...spec.sending,
      name: spec.name,
      send: (number, body, signal) => object.send(number, body, signal),
      onTaken: options.onTaken,
    })
  }

  get bytesWritten(): number {
    return this.writable.bytesWritten
  }

  async commit(): Promise<void> {
    const { beforePublish, signal } = this.#options
    const { name, failure, before } = this.#spec
    try {
      assertFinished(this.writable, name)
      const { rest } = this.writable
      if (!this.#object.hasUpload) await this.#hold(rest, beforePublish !== undefined)
      await before
      await beforePublish?.()
      throwIfAborted(signal)
      // Not every store knows conditional writes.
      await this.#object.assertFree()
      await (this.#object.hasUpload ? this.#object.complete() : this.#object.put(rest))
    } catch (error) {
      await this.discard()
      throw asSluiceError(error, signal, (cause) => failure(cause, name))
    } finally {
      this.#release()
    }
  }

  async discard(): Promise<void> {
    this.writable.destroy()
    await finished(this.writable).catch(() => {})
    this.#release()
    await this.#spec.before
    const failure = await this.#object.discard()
    if (failure === undefined) return
    const later = 'the next run of the same output aborts it, or the rule of the bucket does'
    const message = `an unfinished upload stays in the store: ${failure.message}; ${later}`
    this.#options.notice?.({ code: 'N_UPLOAD_LEFT', message })
  }

  /** Keeps a small object until it becomes final, or sends it now where it waits for others and there is no room. */
  async #hold(body: PartBody, isMember: boolean): Promise<void> {
    if (isMember && held + body.length > MOST_HELD) {
      await this.#object.send(1, body, this.#options.signal ?? new AbortController().signal)
      return
    }
    this.#held = body.length
    held += body.length
  }

  #release(): void {
    held -= this.#held
    this.#held = 0
  }
}
