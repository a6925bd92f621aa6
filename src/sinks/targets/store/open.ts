import { finished } from 'node:stream/promises'
import { asSluiceError, throwIfAborted } from '../../../abort.js'
import { assertFinished } from '../../assert-finished.js'
import type { OpenOutputOptions, Output, OutputChecks } from '../contract.js'
import { type StoreAddress, textOfAddress } from './address.js'
import { Claim } from './claim.js'
import { type Bucket, bucketAt } from './client.js'
import { isMissing, runError, storeError } from './failure.js'
import { type S3Options, sendingOf } from './options.js'
import type { PartBody } from './part-body.js'
import { PartWriter } from './part-writer.js'
import { alreadyThere, StoreObject } from './store-object.js'
import { type Swept, sweepUploads } from './sweep.js'

/**
 * Bytes of small objects that all outputs of this process keep until they become final. Those of thousands of partitions that
 * become final together would not fit into memory: beyond this they are sent before, as uploads of one part.
 */
const MOST_HELD = 32 * 1024 * 1024

let held = 0

/** Where an object is to be made, and how. */
export interface StorePlace {
  /** What messages call it. */
  readonly name: string
  readonly address: StoreAddress
  readonly options: S3Options
}

/**
 * Finds out whether an object could be made: credentials, bucket and permission.
 *
 * @throws SluiceError as `Target.prepare`.
 */
export async function prepareObject(
  place: StorePlace,
  { clobber = true, missingFolder }: OutputChecks,
): Promise<void> {
  const { name, address, options } = place
  const { key } = address
  sendingOf(options)
  const bucket = await bucketAt(address, options)
  try {
    // Its reply tells what is wrong with the credentials; those to HEAD have no body to tell it.
    await new Claim(bucket, key).probe()
    if (!clobber && (await sizeIn(bucket, key)) !== undefined) throw alreadyThere(name)
    // Files of partitions that this run does not write may have been left unfinished as well.
    const folder = key.slice(0, key.lastIndexOf('/') + 1)
    if (missingFolder) await sweepUploads(bucket, folder, { isPrefix: true }).catch(() => {})
  } catch (error) {
    throw storeError(error, name)
  }
}

/** Bytes of the object that is there now. @throws SluiceError */
export async function sizeOfObject({ name, address, options }: StorePlace): Promise<number | undefined> {
  const bucket = await bucketAt(address, options)
  try {
    return await sizeIn(bucket, address.key)
  } catch (error) {
    throw storeError(error, name)
  }
}

/** The text of the object that is there now. @throws SluiceError */
export async function readObject({ name, address, options }: StorePlace): Promise<string | undefined> {
  const bucket = await bucketAt(address, options)
  try {
    return await bucket.getText({ Key: address.key })
  } catch (error) {
    if (isMissing(error)) return undefined
    throw storeError(error, name)
  }
}

/** Removes the object that is there now. @throws SluiceError */
export async function removeObject({ name, address, options }: StorePlace): Promise<void> {
  const bucket = await bucketAt(address, options)
  try {
    await bucket.deleteObject({ Key: address.key })
  } catch (error) {
    if (!isMissing(error)) throw runError(error, name)
  }
}

async function sizeIn(bucket: Bucket, key: string): Promise<number | undefined> {
  try {
    return (await bucket.headObject({ Key: key })).ContentLength
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/**
 * An object that is complete or not there. Its bytes go to the store in parts, as an upload that no reader sees; `commit` has the
 * store make the object of them, at once. What is not larger than a part is kept and put by one request. Until then
 * the key has no object, or the old one.
 */
export async function openObject(place: StorePlace, options: OpenOutputOptions): Promise<Output> {
  const bucket = await bucketAt(place.address, place.options)
  return new StoreOutput(bucket, place, options)
}

class StoreOutput implements Output {
  readonly path: string
  readonly writable: PartWriter
  readonly #name: string
  readonly #options: OpenOutputOptions
  readonly #object: StoreObject
  readonly #swept: Promise<Swept>
  #held = 0

  constructor(bucket: Bucket, { name, address, options: given }: StorePlace, options: OpenOutputOptions) {
    this.path = textOfAddress(address)
    this.#name = name
    this.#options = options
    this.#swept = this.#sweep(bucket, address.key)
    const object = new StoreObject(bucket, {
      name,
      key: address.key,
      parameters: given.parameters ?? {},
      jobId: options.jobId,
      clobber: options.clobber ?? true,
      others: async () => (await this.#swept).left,
    })
    this.#object = object
    this.writable = new PartWriter({
      ...sendingOf(given),
      name,
      send: (number, body, signal) => object.send(number, body, signal),
      onTaken: options.onTaken,
    })
  }

  get bytesWritten(): number {
    return this.writable.bytesWritten
  }

  async commit(): Promise<void> {
    const { beforePublish, signal } = this.#options
    try {
      assertFinished(this.writable, this.#name)
      const { rest } = this.writable
      if (!this.#object.hasUpload) await this.#hold(rest, beforePublish !== undefined)
      await this.#swept
      await beforePublish?.()
      throwIfAborted(signal)
      // Not every store knows conditional writes.
      await this.#object.assertFree()
      await (this.#object.hasUpload ? this.#object.complete() : this.#object.put(rest))
    } catch (error) {
      await this.discard()
      throw asSluiceError(error, signal, (cause) => runError(cause, this.#name))
    } finally {
      this.#release()
    }
  }

  async discard(): Promise<void> {
    this.writable.destroy()
    await finished(this.writable).catch(() => {})
    this.#release()
    await this.#swept
    const failure = await this.#object.discard()
    if (failure === undefined) return
    const later = 'the next run of the same output aborts it, or the rule of the bucket does'
    this.#tell('N_UPLOAD_LEFT', `an unfinished upload stays in the store: ${failure.message}; ${later}`)
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

  /** Aborts what runs have left that were killed. */
  async #sweep(bucket: Bucket, key: string): Promise<Swept> {
    try {
      const swept = await sweepUploads(bucket, key, { signal: this.#options.signal })
      if (swept.aborted > 0)
        this.#tell('N_STALE_UPLOAD', `aborted an upload of ${this.#name} that an earlier run left unfinished`)
      return swept
    } catch (error) {
      const { code, message } = asSluiceError(error, this.#options.signal, (cause) =>
        runError(cause, this.#name),
      )
      // A run that goes on is the one to tell; should the store be down, writing fails as well.
      if (code === 'E_FORBIDDEN')
        this.#tell(
          'N_UPLOADS_NOT_LISTED',
          `uploads that killed runs have left cannot be looked for: ${message}`,
        )
      return { aborted: 0, left: [] }
    }
  }

  #tell(code: string, message: string): void {
    this.#options.notice?.({ code, message })
  }
}
