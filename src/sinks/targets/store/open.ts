import { createHash } from 'node:crypto'
import { asSluiceError } from '../../../abort.js'
import type { OpenOutputOptions, Output, OutputChecks, StoredObject } from '../contract.js'
import { editText, type TextChange, type VersionedPlace, type VersionedText } from '../edit-text.js'
import type { StoreAddress } from './address.js'
import { Claim } from './claim.js'
import { type Bucket, bucketAt } from './client.js'
import { isConflict, isMissing, isOutrun, isUnknownToStore, runError, storeError } from './failure.js'
import { storedObject } from './object-ranges.js'
import { type S3Options, sendingOf } from './options.js'
import { alreadyThere, StoreObject } from './store-object.js'
import { StoreOutput } from './store-output.js'
import { type Swept, sweepUploads } from './sweep.js'

/** Where an object is to be made, and how. */
export interface StorePlace<Options = S3Options> {
  /** Name in messages. */
  readonly name: string
  readonly address: StoreAddress
  readonly options: Options
}

/** The operations of a kind of store; see `Target`. */
export interface Store<Options> {
  prepare(place: StorePlace<Options>, checks: OutputChecks): Promise<void>
  open(place: StorePlace<Options>, options: OpenOutputOptions): Promise<Output>
  size(place: StorePlace<Options>): Promise<number | undefined>
  read(place: StorePlace<Options>): Promise<string | undefined>
  remove(place: StorePlace<Options>): Promise<void>
  edit(
    place: StorePlace<Options>,
    change: TextChange,
    options: Pick<OpenOutputOptions, 'signal'>,
  ): Promise<void>
  /** All keys that begin with `prefix`. */
  list(place: StorePlace<Options>, prefix: string): AsyncIterable<string>
  stored(place: StorePlace<Options>): Promise<StoredObject | undefined>
}

/**
 * Finds out whether an object could be made: credentials, bucket and permission.
 *
 * @throws SluiceError as `Target.prepare`.
 */
async function prepareObject(
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
async function sizeOfObject({ name, address, options }: StorePlace): Promise<number | undefined> {
  const bucket = await bucketAt(address, options)
  try {
    return await sizeIn(bucket, address.key)
  } catch (error) {
    throw storeError(error, name)
  }
}

/** The text of the object that is there now. @throws SluiceError */
async function readObject({ name, address, options }: StorePlace): Promise<string | undefined> {
  const bucket = await bucketAt(address, options)
  try {
    return (await textIn(bucket, address.key)).text
  } catch (error) {
    throw storeError(error, name)
  }
}

const NO_TEXT: VersionedText = { text: undefined, version: undefined }

async function textIn(bucket: Bucket, key: string): Promise<VersionedText> {
  try {
    return await bucket.getText({ Key: key })
  } catch (error) {
    if (isMissing(error)) return NO_TEXT
    throw error
  }
}

/** The conditions of a version, in the order in which they are tried: radosgw 16 compares the tag with one without quotes. */
function conditionsOf(version: string | undefined): { IfMatch?: string; IfNoneMatch?: string }[] {
  if (version === undefined) return [{ IfNoneMatch: '*' }]
  return [{ IfMatch: version }, { IfMatch: version.replaceAll('"', '') }]
}

/**
 * Changes the text of an object by conditional writes; a store that does not know these changes it anyway.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
async function editObject(
  { name, address, options }: StorePlace,
  change: TextChange,
  { signal }: Pick<OpenOutputOptions, 'signal'>,
): Promise<void> {
  const { key: Key } = address
  const bucket = await bucketAt(address, options)
  const write = (text: string | undefined, condition: { IfMatch?: string; IfNoneMatch?: string }) => {
    if (text === undefined) return bucket.deleteObject({ Key, ...condition })
    const ContentMD5 = createHash('md5').update(text).digest('base64')
    return bucket.putObject({ ...options.parameters, Key, Body: Buffer.from(text), ContentMD5, ...condition })
  }
  const place: VersionedPlace = {
    name,
    failure: (cause) => runError(cause, name),
    read: () => textIn(bucket, Key),
    replace: async (version, text) => {
      for (const condition of conditionsOf(version)) {
        try {
          await write(text, condition)
          return true
        } catch (error) {
          if (!isOutrun(error) && !isUnknownToStore(error)) throw error
          // A store that refuses though nothing has changed does not know the condition in this form.
          if (isConflict(error) || (await textIn(bucket, Key)).version !== version) return false
        }
      }
      await write(text, {})
      return true
    },
  }
  await editText(place, change, signal)
}

/** Removes the object that is there now. @throws SluiceError */
async function removeObject({ name, address, options }: StorePlace): Promise<void> {
  const bucket = await bucketAt(address, options)
  try {
    await bucket.deleteObject({ Key: address.key })
  } catch (error) {
    if (!isMissing(error)) throw runError(error, name)
  }
}

/** The keys with that beginning, page by page. @throws SluiceError */
async function* listObjects({ name, address, options }: StorePlace, prefix: string): AsyncGenerator<string> {
  const bucket = await bucketAt(address, options)
  let token: string | undefined
  do {
    const page = await bucket
      .listObjects({ Prefix: prefix, ...(token !== undefined && { ContinuationToken: token }) })
      .catch((error) => {
        throw storeError(error, name)
      })
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key
    token = page.IsTruncated ? page.NextContinuationToken : undefined
  } while (token !== undefined)
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
async function openObject(place: StorePlace, options: OpenOutputOptions): Promise<Output> {
  const { name, address, options: given } = place
  const { key } = address
  const bucket = await bucketAt(address, given)
  const swept = sweepBefore(bucket, name, key, options)
  const object = new StoreObject(bucket, {
    name,
    key,
    parameters: given.parameters ?? {},
    jobId: options.jobId,
    clobber: options.clobber ?? true,
    others: async () => (await swept).left,
  })
  const output = { address, name, sending: sendingOf(given), failure: runError, before: swept }
  return new StoreOutput(object, output, options)
}

/** Aborts what runs have left that were killed. Never rejects. */
async function sweepBefore(
  bucket: Bucket,
  name: string,
  key: string,
  { signal, notice }: OpenOutputOptions,
): Promise<Swept> {
  try {
    const swept = await sweepUploads(bucket, key, { signal })
    if (swept.aborted > 0) {
      const message = `aborted an upload of ${name} that an earlier run left unfinished`
      notice?.({ code: 'N_STALE_UPLOAD', message })
    }
    return swept
  } catch (error) {
    const { code, message } = asSluiceError(error, signal, (cause) => runError(cause, name))
    // A run that goes on is the one to tell; should the store be down, writing fails as well.
    if (code === 'E_FORBIDDEN') {
      const what = `uploads that killed runs have left cannot be looked for: ${message}`
      notice?.({ code: 'N_UPLOADS_NOT_LISTED', message: what })
    }
    return { aborted: 0, left: [] }
  }
}

/** Stores that speak the protocol of S3. */
export const S3_STORE: Store<S3Options> = {
  prepare: prepareObject,
  open: openObject,
  size: sizeOfObject,
  read: readObject,
  remove: removeObject,
  edit: editObject,
  list: listObjects,
  stored: async ({ name, address, options }) =>
    storedObject(await bucketAt(address, options), name, address.key),
}
