import { Readable } from 'node:stream'
import { SluiceError } from '../../../errors.js'
import type { StoredObject } from '../contract.js'
import { type Bucket, bucketAt } from './client.js'
import { isMissing, runError, storeError } from './failure.js'
import type { StorePlace } from './open.js'

/** Bytes of one request where all are read: a connection that breaks costs no more than this. */
const PIECE_BYTES = 8 * 1024 * 1024

/**
 * An object that is there, read by ranges.
 *
 * @returns `undefined` where there is none
 * @throws SluiceError as the store fails.
 */
export async function storedObject({
  name,
  address,
  options,
}: StorePlace): Promise<StoredObject | undefined> {
  const bucket = await bucketAt(address, options)
  try {
    const { ContentLength = 0, ETag } = await bucket.headObject({ Key: address.key })
    return new RangedObject(bucket, { name, key: address.key, etag: ETag, size: ContentLength })
  } catch (error) {
    if (isMissing(error)) return undefined
    throw storeError(error, name)
  }
}

interface Version {
  readonly name: string
  readonly key: string
  /** Of the version that is read. */
  readonly etag: string | undefined
  readonly size: number
}

class RangedObject implements StoredObject {
  readonly #bucket: Bucket
  readonly #version: Version

  constructor(bucket: Bucket, version: Version) {
    this.#bucket = bucket
    this.#version = version
  }

  get size(): number {
    return this.#version.size
  }

  async slice(from: number, to: number): Promise<Uint8Array> {
    const { name, key, etag } = this.#version
    if (from >= to) return new Uint8Array()
    try {
      const { Body, ContentLength } = await this.#bucket.getObject({
        Key: key,
        Range: `bytes=${from}-${to - 1}`,
        ...(etag !== undefined && { IfMatch: etag }),
      })
      // A store that knows no ranges would send all of it.
      if (ContentLength !== to - from) {
        ;(Body as Readable).destroy()
        throw new SluiceError(
          'E_PROTOCOL',
          `${name}: the store sent ${ContentLength} bytes instead of ${to - from}`,
        )
      }
      return await Body!.transformToByteArray()
    } catch (error) {
      if ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode !== 412)
        throw runError(error, name)
      throw new SluiceError('E_SIZE_MISMATCH', `${name} changed while it was read`, { cause: error })
    }
  }

  stream(): Readable {
    const { size } = this
    const slice = this.slice.bind(this)
    async function* pieces() {
      for (let from = 0; from < size; from += PIECE_BYTES)
        yield await slice(from, Math.min(size, from + PIECE_BYTES))
    }
    return Readable.from(pieces(), { objectMode: false })
  }
}
