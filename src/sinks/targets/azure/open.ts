import type { BlockBlobClient } from '@azure/storage-blob'
import { randomToken } from '../../../files/names.js'
import { editText, type VersionedPlace, type VersionedText } from '../edit-text.js'
import { changedObject, RangedObject } from '../ranged-object.js'
import type { Store, StorePlace } from '../store/open.js'
import { sendingOf } from '../store/options.js'
import { alreadyThere } from '../store/store-object.js'
import { StoreOutput } from '../store/store-output.js'
import { BlobObject, blockId, runFailure } from './blob-object.js'
import { containerAt } from './client.js'
import { azureError, isMissingBlob, isOutrunForAzure, isReplaced } from './failure.js'
import type { AzureOptions } from './options.js'

/** The size of a probe. */
const ONE_BYTE = Buffer.alloc(1)

/** Azure Blob Storage. */
export const AZURE: Store<AzureOptions> = {
  async prepare(place, { clobber = true }) {
    const { name, options } = place
    sendingOf(options)
    const blob = await blobAt(place)
    try {
      // Needs the rights that a blob needs, and publishes nothing: staged blocks go with the next commit, or in a week.
      await blob.stageBlock(blockId(randomToken(), 0), ONE_BYTE, ONE_BYTE.length)
      if (!clobber && (await sizeOf(blob)) !== undefined) throw alreadyThere(name)
    } catch (error) {
      throw azureError(error, name)
    }
  },

  async open(place, options) {
    const { name, address, options: given } = place
    const { jobId, clobber = true } = options
    const object = new BlobObject(await blobAt(place), { name, key: address.key, jobId, clobber })
    return new StoreOutput(object, { address, name, sending: sendingOf(given), failure: runFailure }, options)
  },

  async size(place) {
    return sizeOf(await blobAt(place)).catch((error) => {
      throw azureError(error, place.name)
    })
  },

  async read(place) {
    try {
      return (await versionOf(await blobAt(place))).text
    } catch (error) {
      throw azureError(error, place.name)
    }
  },

  async *list({ name, address, options }, prefix) {
    try {
      const container = await containerAt(address.bucket, options)
      for await (const blob of container.listBlobsFlat({ prefix })) yield blob.name
    } catch (error) {
      throw azureError(error, name)
    }
  },

  async stored({ name, ...place }) {
    const blob = await blobAt({ ...place, name })
    try {
      const { contentLength: size, etag } = await blob.getProperties()
      const conditions = etag === undefined ? {} : { ifMatch: etag }
      return new RangedObject({
        name,
        size,
        fetch: (from, to) =>
          blob.downloadToBuffer(from, to - from, { conditions }).catch((error) => {
            throw isReplaced(error) ? changedObject(name, error) : runFailure(error, name)
          }),
      })
    } catch (error) {
      if (isMissingBlob(error)) return undefined
      throw azureError(error, name)
    }
  },

  async edit({ name, ...place }, change, { signal }) {
    const blob = await blobAt({ ...place, name })
    const versions: VersionedPlace = {
      name,
      failure: (cause) => runFailure(cause, name),
      read: () => versionOf(blob),
      replace: async (version, text) => {
        const conditions = version === undefined ? { ifNoneMatch: '*' } : { ifMatch: version }
        try {
          if (text === undefined) await blob.delete({ conditions })
          else await blob.upload(text, Buffer.byteLength(text), { conditions })
          return true
        } catch (error) {
          if (isOutrunForAzure(error)) return false
          throw error
        }
      },
    }
    await editText(versions, change, signal)
  },

  async remove(place) {
    try {
      await (await blobAt(place)).deleteIfExists()
    } catch (error) {
      throw runFailure(error, place.name)
    }
  },
}

/** The text of a blob, and the tag of its version. */
async function versionOf(blob: BlockBlobClient): Promise<VersionedText> {
  for (;;) {
    try {
      const { contentLength, etag } = await blob.getProperties()
      const bytes = await blob.downloadToBuffer(0, contentLength, { conditions: { ifMatch: etag! } })
      return { text: bytes.toString(), version: etag }
    } catch (error) {
      if (isMissingBlob(error)) return { text: undefined, version: undefined }
      // It was replaced between the two requests.
      if (!isReplaced(error)) throw error
    }
  }
}

async function blobAt({ address, options }: StorePlace<AzureOptions>): Promise<BlockBlobClient> {
  return (await containerAt(address.bucket, options)).getBlockBlobClient(address.key)
}

async function sizeOf(blob: BlockBlobClient): Promise<number | undefined> {
  try {
    return (await blob.getProperties()).contentLength
  } catch (error) {
    if (isMissingBlob(error)) return undefined
    throw error
  }
}
