import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { SluiceError } from '../../../errors.js'
import { randomToken } from '../../../files/names.js'
import { COMPRESSIONS, FORMATS } from '../../../model/formats.js'
import { formatOf, isNamedEncrypted } from '../../formats/registry.js'
import { Claim, createUpload } from './claim.js'
import type { Bucket } from './client.js'
import { isDoubtful, isMissing, runError } from './failure.js'
import type { S3Options } from './options.js'
import type { PartBody } from './part-body.js'
import type { PartedObject } from './store-output.js'

/** How often a part is sent of which the store says that it holds other bytes. */
const SENDS = 3

/** How often the end of an upload is tried whose outcome is in doubt, and the first pause between two looks, in milliseconds. */
const COMPLETIONS = 5
const LOOK_PAUSE_MS = 250

/** Milliseconds that the end of a run waits for the store to forget an upload. */
const ABORT_MS = 30_000

/** How often it is asked to: a part that was on its way may arrive after the first time. */
const ABORTS = 3

/** Metadata of the object: tells this run's from any other, after a reply was lost. */
const TOKEN_NAME = 'td-sluice'

/** Fields of the parameters that every request about the object needs, not only the first. */
const OF_EVERY_REQUEST = [
  ...['SSECustomerAlgorithm', 'SSECustomerKey', 'SSECustomerKeyMD5', 'RequestPayer', 'ExpectedBucketOwner'],
]

const MD5_ETAG = /^"?([0-9a-f]{32})"?$/i

interface SentPart {
  readonly PartNumber: number
  readonly ETag: string
}

/** Creates an object. */
export interface ObjectSpec {
  /** Name in messages. */
  readonly name: string
  readonly key: string
  readonly parameters: NonNullable<S3Options['parameters']>
  readonly jobId: string | undefined
  readonly clobber: boolean
  /** Ids of unfinished uploads of the key, once those of runs that are over were aborted. Never rejects. */
  readonly others: () => Promise<readonly string[]>
}

/** One object that is to be made: by one request, or by an upload in parts. Rejects with `SluiceError`s. */
export class StoreObject implements PartedObject {
  readonly #bucket: Bucket
  readonly #spec: ObjectSpec
  readonly #claim: Claim
  readonly #token = randomToken()
  readonly #parts: SentPart[] = []
  #upload: Promise<string> | undefined
  #bytes = 0

  constructor(bucket: Bucket, spec: ObjectSpec) {
    this.#bucket = bucket
    this.#spec = spec
    this.#claim = new Claim(bucket, spec.key)
  }

  get hasUpload(): boolean {
    return this.#upload !== undefined
  }

  /** Sends one part; the first one begins the upload. */
  async send(number: number, body: PartBody, signal: AbortSignal): Promise<void> {
    const { key, name } = this.#spec
    const md5 = body.digest()
    try {
      this.#upload ??= this.#begin(signal)
      const UploadId = await this.#upload
      const input = {
        Key: key,
        UploadId,
        PartNumber: number,
        Body: body.bytes,
        ContentMD5: md5.toString('base64'),
      }
      for (let sends = 1; ; sends++) {
        const reply = await this.#bucket.uploadPart({ ...input, ...this.#ofEveryRequest() }, signal)
        if (reply.ETag !== undefined && !isOther(reply, md5)) {
          this.#parts.push({ PartNumber: number, ETag: reply.ETag })
          this.#bytes += body.length
          return
        }
        if (sends === SENDS)
          throw new SluiceError('E_IO', `${name}: the store says that it holds other bytes of part ${number}`)
      }
    } catch (error) {
      throw runError(error, name)
    }
  }

  /** Makes the object visible that was sent in parts. */
  async complete(): Promise<void> {
    const { key } = this.#spec
    const UploadId = await this.#upload
    const Parts = this.#parts.sort((a, b) => a.PartNumber - b.PartNumber)
    const input = {
      Key: key,
      UploadId,
      MultipartUpload: { Parts },
      ...this.#condition(),
      ...this.#ofEveryRequest(),
    }
    for (let tries = 1; ; tries++) {
      try {
        const { ETag } = await this.#bucket.completeUpload(input)
        await this.#verify(ETag, etagOf(Parts))
        break
      } catch (error) {
        if (!(await this.#isThereAfter(error))) {
          const isOver = tries === COMPLETIONS || !(await this.#isPending(UploadId!))
          if (isOver) throw this.#uncompleted(error)
          await delay(LOOK_PAUSE_MS * 2 ** tries)
          continue
        }
        break
      }
    }
    this.#upload = undefined
    await this.#claim.end()
  }

  /** Makes the object, whole, by one request. */
  async put(body: PartBody): Promise<void> {
    const { key, name } = this.#spec
    const md5 = body.digest()
    this.#bytes = body.length
    const input = { ...this.#fields(), Key: key, Body: body.bytes, ContentMD5: md5.toString('base64') }
    try {
      const { ETag } = await this.#bucket.putObject({ ...input, ...this.#condition() })
      await this.#verify(ETag, md5.toString('hex'))
    } catch (error) {
      if (!(await this.#isThereAfter(error))) throw runError(error, name)
    }
  }

  /** Aborts the upload, if there is one. Never rejects: returns the failure that leaves it in the store. */
  async discard(): Promise<SluiceError | undefined> {
    const upload = this.#upload
    if (upload === undefined) return undefined
    this.#upload = undefined
    const signal = AbortSignal.timeout(ABORT_MS)
    try {
      const UploadId = await upload.catch(() => undefined)
      if (UploadId !== undefined) await this.#abort(UploadId, signal)
    } catch (error) {
      return runError(error, this.#spec.name)
    } finally {
      await this.#claim.end(signal)
    }
    return undefined
  }

  /** @throws SluiceError `E_EXISTS` for an object that is not to be replaced. */
  async assertFree(): Promise<void> {
    const { clobber, key, name } = this.#spec
    if (clobber) return
    const found = await this.#bucket.headObject({ Key: key, ...this.#ofEveryRequest() }).catch((error) => {
      if (!isMissing(error)) throw runError(error, name)
    })
    if (found !== undefined) throw alreadyThere(name)
  }

  async #begin(signal: AbortSignal): Promise<string> {
    const input = { ...this.#fields(), Key: this.#spec.key }
    const others = await this.#spec.others()
    return this.#claim.around(() => createUpload(this.#bucket, input, signal), others, signal)
  }

  async #abort(UploadId: string, signal: AbortSignal): Promise<void> {
    const Key = this.#spec.key
    for (let aborts = 1; ; aborts++) {
      try {
        await this.#bucket.abortUpload({ Key, UploadId, ...this.#ofEveryRequest() }, signal)
        if (aborts === ABORTS) return
        await this.#bucket.listParts({ Key, UploadId, ...this.#ofEveryRequest() }, signal)
      } catch (error) {
        if (isMissing(error)) return
        throw error
      }
    }
  }

  /** An object whose tag is not the one expected must at least be the one that this run has made. */
  async #verify(found: string | undefined, expected: string | undefined): Promise<void> {
    if (expected !== undefined && found?.replaceAll('"', '').toLowerCase() === expected) return
    const head = await this.#look().catch(() => undefined)
    if (head === 'another')
      throw new SluiceError('E_IO', `${this.#spec.name}: the store has made another object than was sent`)
  }

  /** Whether the object is there after all: its reply may have been lost, and then a repeated request fails. */
  async #isThereAfter(error: unknown): Promise<boolean> {
    if (error instanceof SluiceError) return false
    if (!isDoubtful(error) && !isMissing(error)) return false
    return (await this.#look().catch(() => 'unknown')) === 'ours'
  }

  async #look(): Promise<'ours' | 'another' | 'none'> {
    try {
      const input = { Key: this.#spec.key, ...this.#ofEveryRequest() }
      const { Metadata, ContentLength } = await this.#bucket.headObject(input)
      return Metadata?.[TOKEN_NAME] === this.#token && ContentLength === this.#bytes ? 'ours' : 'another'
    } catch (error) {
      if (isMissing(error)) return 'none'
      throw error
    }
  }

  /** Whether the store still has the upload, so that its end can be tried again. In doubt it can. */
  async #isPending(UploadId: string): Promise<boolean> {
    try {
      await this.#bucket.listParts({ Key: this.#spec.key, UploadId, MaxParts: 1, ...this.#ofEveryRequest() })
      return true
    } catch (error) {
      return !isMissing(error)
    }
  }

  #uncompleted(error: unknown): SluiceError {
    const { name } = this.#spec
    if (isMissing(error))
      return new SluiceError('E_IO', `${name}: somebody has aborted the upload before it was complete`, {
        cause: error,
        hint: 'another run may have taken it for one that was left; run it again',
      })
    const failure = runError(error, name)
    if (failure.code !== 'E_EXISTS') return failure
    return alreadyThere(name, error)
  }

  #condition(): { IfNoneMatch?: string } {
    return this.#spec.clobber ? {} : { IfNoneMatch: '*' }
  }

  #fields(): Readonly<Record<string, unknown>> {
    const { key, parameters, jobId } = this.#spec
    const own = { [TOKEN_NAME]: this.#token, ...(jobId !== undefined && { 'td-job-id': jobId }) }
    const given = (parameters.Metadata ?? {}) as Readonly<Record<string, string>>
    return { ContentType: contentTypeOf(key), ...parameters, Metadata: { ...given, ...own } }
  }

  #ofEveryRequest(): Readonly<Record<string, unknown>> {
    const { parameters } = this.#spec
    return Object.fromEntries(
      OF_EVERY_REQUEST.flatMap((name) => (Object.hasOwn(parameters, name) ? [[name, parameters[name]]] : [])),
    )
  }
}

export function alreadyThere(name: string, cause?: unknown): SluiceError {
  return new SluiceError('E_EXISTS', `${name} exists and is not to be replaced`, { cause })
}

/** The tag of a part is its MD5, unless the store encrypts it. */
function isOther(
  { ETag, ...encryption }: { ETag?: string; ServerSideEncryption?: string },
  md5: Buffer,
): boolean {
  const [, hex] = MD5_ETAG.exec(ETag!) ?? []
  const isEncrypted = Object.entries(encryption).some(
    ([name, value]) => name.startsWith('S') && value !== undefined,
  )
  return hex !== undefined && !isEncrypted && hex.toLowerCase() !== md5.toString('hex')
}

/** The tag of an object of parts, where those have an MD5 as theirs: the MD5 of these, and how many they are. */
function etagOf(parts: readonly SentPart[]): string | undefined {
  const md5s = parts.map(({ ETag }) => MD5_ETAG.exec(ETag)?.[1])
  if (md5s.includes(undefined)) return undefined
  const joined = Buffer.from(md5s.join(''), 'hex')
  return `${createHash('md5').update(joined).digest('hex')}-${parts.length}`
}

/** Of compressed rows that of the compression: `Content-Encoding` would have readers decompress them unasked. */
export function contentTypeOf(key: string): string {
  const found = formatOf(key)
  if (found === undefined || isNamedEncrypted(key)) return 'application/octet-stream'
  const { format, compression } = found
  return compression === 'none' ? FORMATS[format].mediaType : COMPRESSIONS[compression].mediaType
}
