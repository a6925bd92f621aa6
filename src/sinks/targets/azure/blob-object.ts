import type { BlockBlobClient } from '@azure/storage-blob'
import { SluiceError } from '../../../errors.js'
import { randomToken } from '../../../files/names.js'
import type { PartBody } from '../store/part-body.js'
import { alreadyThere, contentTypeOf } from '../store/store-object.js'
import type { PartedObject } from '../store/store-output.js'
import { azureError, isDoubtfulForAzure, isMissingBlob } from './failure.js'

/** Metadata of the blob: tells this run's from any other, after a reply was lost. Names are those of C#. */
const TOKEN_NAME = 'td_sluice'

/** Creates a blob. */
export interface BlobSpec {
  /** Name in messages. */
  readonly name: string
  readonly key: string
  readonly jobId: string | undefined
  readonly clobber: boolean
}

/**
 * One block blob that is to be made of staged blocks, which no reader sees until they are committed. What is never committed Azure removes after a
 * week, or when the blob is written the next time.
 */
export class BlobObject implements PartedObject {
  readonly #client: BlockBlobClient
  readonly #spec: BlobSpec
  readonly #token = randomToken()
  readonly #blocks = new Map<number, string>()
  #bytes = 0

  constructor(client: BlockBlobClient, spec: BlobSpec) {
    this.#client = client
    this.#spec = spec
  }

  get hasUpload(): boolean {
    return this.#blocks.size > 0
  }

  async send(number: number, body: PartBody, signal: AbortSignal): Promise<void> {
    const id = blockId(this.#token, number)
    this.#blocks.set(number, id)
    const transactionalContentMD5 = body.digest()
    try {
      await this.#client.stageBlock(id, body.bytes, body.length, {
        transactionalContentMD5,
        abortSignal: signal,
      })
      this.#bytes += body.length
    } catch (error) {
      throw runFailure(error, this.#spec.name)
    }
  }

  async complete(): Promise<void> {
    const { key, jobId, clobber, name } = this.#spec
    const ids = [...this.#blocks].sort(([a], [b]) => a - b).map(([, id]) => id)
    try {
      await this.#client.commitBlockList(ids, {
        blobHTTPHeaders: { blobContentType: contentTypeOf(key) },
        metadata: { [TOKEN_NAME]: this.#token, ...(jobId !== undefined && { td_job_id: jobId }) },
        ...(!clobber && { conditions: { ifNoneMatch: '*' } }),
      })
    } catch (error) {
      if (isDoubtfulForAzure(error) && (await this.#isOurs().catch(() => false))) return
      const failure = runFailure(error, name)
      throw failure.code === 'E_EXISTS' ? alreadyThere(name, error) : failure
    }
  }

  async put(body: PartBody): Promise<void> {
    if (body.length > 0) await this.send(1, body, new AbortController().signal)
    await this.complete()
  }

  /** Staged blocks cannot be removed: whatever is done to the blob would show it to readers. */
  async discard(): Promise<undefined> {
    return undefined
  }

  async assertFree(): Promise<void> {
    const { clobber, name } = this.#spec
    if (clobber) return
    const found = await this.#client.getProperties().catch((error) => {
      if (!isMissingBlob(error)) throw runFailure(error, name)
    })
    if (found !== undefined) throw alreadyThere(name)
  }

  async #isOurs(): Promise<boolean> {
    const { metadata, contentLength } = await this.#client.getProperties()
    return metadata?.[TOKEN_NAME] === this.#token && contentLength === this.#bytes
  }
}

/** All ids of a blob have one length, those that an earlier run has left included. */
export function blockId(token: string, number: number): string {
  return Buffer.from(`${token}-${String(number).padStart(6, '0')}`).toString('base64')
}

/** As `azureError`, once the container was found: `E_NOT_FOUND` would say that the job is not there. */
export function runFailure(error: unknown, what: string): SluiceError {
  const failure = azureError(error, what)
  const { message, cause, hint } = failure
  return failure.code === 'E_NOT_FOUND' ? new SluiceError('E_IO', message, { cause, hint }) : failure
}
