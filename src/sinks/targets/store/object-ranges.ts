import type { Readable } from 'node:stream'
import { SluiceError } from '../../../errors.js'
import type { StoredObject } from '../contract.js'
import { changedObject, RangedObject } from '../ranged-object.js'
import type { Bucket } from './client.js'
import { isMissing, runError, storeError } from './failure.js'

/**
 * An object that is there, to be read by ranges.
 *
 * @returns `undefined` where there is none
 * @throws SluiceError as the store fails.
 */
export async function storedObject(
  bucket: Bucket,
  name: string,
  Key: string,
): Promise<StoredObject | undefined> {
  try {
    const { ContentLength: size, ETag } = await bucket.headObject({ Key })
    return new RangedObject({ name, size, fetch: (from, to) => fetchRange(ETag, from, to) })
  } catch (error) {
    if (isMissing(error)) return undefined
    throw storeError(error, name)
  }

  async function fetchRange(etag: string | undefined, from: number, to: number): Promise<Uint8Array> {
    const isVersion = etag !== undefined && { IfMatch: etag }
    try {
      const { Body, ContentLength } = await bucket.getObject({
        Key,
        Range: `bytes=${from}-${to - 1}`,
        ...isVersion,
      })
      if (ContentLength === to - from)
        return await Body!.transformToByteArray()
        // A store that knows no ranges would send all of it.
      ;(Body as Readable).destroy()
    } catch (error) {
      const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode
      throw status === 412 ? changedObject(name, error) : runError(error, name)
    }
    throw new SluiceError('E_PROTOCOL', `${name}: the store sent another range than it was asked for`)
  }
}
