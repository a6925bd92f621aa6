import { randomToken } from '../../../files/names.js'
import { claimKey } from './claim-key.js'
import type { Bucket } from './client.js'
import { isDoubtful } from './failure.js'
import { claimsInUse, sweepUploads } from './sweep.js'

/** An upload that was made, and how often the request was sent: a lost reply may have made more than one. */
export interface CreatedUpload {
  readonly id: string
  readonly attempts: number
}

/** Makes an upload. Rejects with errors of the SDK. */
export async function createUpload(
  bucket: Bucket,
  input: Parameters<Bucket['createUpload']>[0],
  signal?: AbortSignal,
): Promise<CreatedUpload> {
  const { UploadId, $metadata } = await bucket.createUpload(input, signal)
  return { id: UploadId!, attempts: $metadata.attempts ?? 1 }
}

/** Tells later runs that this one made its upload of a key; see claim-key.ts. */
export class Claim {
  readonly #bucket: Bucket
  readonly #key: string
  readonly #token = randomToken()
  /** Keys of the claims that were made, by their upload ids. */
  readonly #made = new Map<string, string>()
  /** Whether the store may hold more than this run knows of. */
  #isDoubtful = false

  constructor(bucket: Bucket, key: string) {
    this.#bucket = bucket
    this.#key = key
  }

  /**
   * Makes the first claim, `create`s the upload and makes the second claim. Rejects with errors of the SDK.
   *
   * @param others ids of uploads of the same key that are there already
   */
  async around(
    create: () => Promise<CreatedUpload>,
    others: readonly string[],
    signal?: AbortSignal,
  ): Promise<string> {
    const first = await this.#make({ others }, signal)
    const { id } = await this.#watched(create)
    await this.#make({ id }, signal)
    // In doubt there may be a second upload, which only the first claim covers.
    if (first !== undefined && !this.#isDoubtful) await this.#remove(first, signal).catch(() => {})
    return id
  }

  /** Makes a claim and removes it again, which needs the rights that an upload needs. Rejects with errors of the SDK. */
  async probe(): Promise<void> {
    try {
      const id = await this.#make({ others: [] })
      if (id !== undefined) await this.#remove(id)
    } finally {
      await this.end()
    }
  }

  /** To be called when the upload is over. Never rejects: what stays is for the next run. */
  async end(signal?: AbortSignal): Promise<void> {
    // The claims tell it what else to look for.
    if (this.#isDoubtful)
      await sweepUploads(this.#bucket, this.#key, { only: this.#token, signal }).catch(() => {})
    else for (const id of [...this.#made.keys()]) await this.#remove(id, signal).catch(() => {})
    claimsInUse.delete(this.#token)
  }

  async #make(about: Parameters<typeof claimKey>[2], signal?: AbortSignal): Promise<string | undefined> {
    claimsInUse.add(this.#token)
    const key = claimKey(this.#key, this.#token, about)
    if (key === undefined) return undefined
    const { id } = await this.#watched(() => createUpload(this.#bucket, { Key: key }, signal))
    this.#made.set(id, key)
    return id
  }

  async #remove(id: string, signal?: AbortSignal): Promise<void> {
    await this.#bucket.abortUpload({ Key: this.#made.get(id)!, UploadId: id }, signal)
    this.#made.delete(id)
  }

  async #watched(create: () => Promise<CreatedUpload>): Promise<CreatedUpload> {
    try {
      const created = await create()
      this.#isDoubtful ||= created.attempts > 1
      return created
    } catch (error) {
      this.#isDoubtful ||= isDoubtful(error)
      throw error
    }
  }
}
