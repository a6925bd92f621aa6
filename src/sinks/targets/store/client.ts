import type * as Sdk from '@aws-sdk/client-s3'
import { namesOfPackage } from '../../../package-names.js'
import { VERSION } from '../../../version.js'
import { notInstalled } from '../../not-installed.js'
import type { VersionedText } from '../edit-text.js'
import type { StoreAddress } from './address.js'
import type { S3ClientLike, S3Options } from './options.js'

const GOOGLE = 'https://storage.googleapis.com'

/** Milliseconds without a byte after which a connection counts as dead. A store that puts an object together may be silent. */
const SILENCE_MS = 120_000
const CONNECT_MS = 10_000

/** Tries of a request: with the pauses of the SDK about ten seconds, a minute where the store says that it is overloaded. */
const ATTEMPTS = 8

/** One bucket of a store. Its methods reject with the errors of the SDK. */
export class Bucket {
  readonly #sdk: typeof Sdk
  readonly #client: S3ClientLike
  readonly #name: string

  constructor(sdk: typeof Sdk, client: S3ClientLike, name: string) {
    this.#sdk = sdk
    this.#client = client
    this.#name = name
  }

  createUpload(input: Input<Sdk.CreateMultipartUploadCommandInput>, signal?: AbortSignal) {
    const command = new this.#sdk.CreateMultipartUploadCommand(this.#with(input))
    return this.#send<Sdk.CreateMultipartUploadCommandOutput>(command, signal)
  }

  uploadPart(input: Input<Sdk.UploadPartCommandInput>, signal?: AbortSignal) {
    return this.#send<Sdk.UploadPartCommandOutput>(new this.#sdk.UploadPartCommand(this.#with(input)), signal)
  }

  completeUpload(input: Input<Sdk.CompleteMultipartUploadCommandInput>) {
    const command = new this.#sdk.CompleteMultipartUploadCommand(this.#with(input))
    return this.#send<Sdk.CompleteMultipartUploadCommandOutput>(command)
  }

  abortUpload(input: Input<Sdk.AbortMultipartUploadCommandInput>, signal?: AbortSignal) {
    const command = new this.#sdk.AbortMultipartUploadCommand(this.#with(input))
    return this.#send<Sdk.AbortMultipartUploadCommandOutput>(command, signal)
  }

  listUploads(input: Input<Sdk.ListMultipartUploadsCommandInput>, signal?: AbortSignal) {
    const command = new this.#sdk.ListMultipartUploadsCommand(this.#with(input))
    return this.#send<Sdk.ListMultipartUploadsCommandOutput>(command, signal)
  }

  listObjects(input: Input<Sdk.ListObjectsV2CommandInput>) {
    return this.#send<Sdk.ListObjectsV2CommandOutput>(new this.#sdk.ListObjectsV2Command(this.#with(input)))
  }

  listParts(input: Input<Sdk.ListPartsCommandInput>, signal?: AbortSignal) {
    return this.#send<Sdk.ListPartsCommandOutput>(new this.#sdk.ListPartsCommand(this.#with(input)), signal)
  }

  putObject(input: Input<Sdk.PutObjectCommandInput>) {
    return this.#send<Sdk.PutObjectCommandOutput>(new this.#sdk.PutObjectCommand(this.#with(input)))
  }

  headObject(input: Input<Sdk.HeadObjectCommandInput>, signal?: AbortSignal) {
    return this.#send<Sdk.HeadObjectCommandOutput>(new this.#sdk.HeadObjectCommand(this.#with(input)), signal)
  }

  /** The text of an object, and the tag of its version. */
  async getText(input: Input<Sdk.GetObjectCommandInput>): Promise<VersionedText> {
    const command = new this.#sdk.GetObjectCommand(this.#with(input))
    const { Body, ETag } = await this.#send<Sdk.GetObjectCommandOutput>(command)
    return { text: await Body!.transformToString(), version: ETag }
  }

  deleteObject(input: Input<Sdk.DeleteObjectCommandInput>) {
    return this.#send<Sdk.DeleteObjectCommandOutput>(new this.#sdk.DeleteObjectCommand(this.#with(input)))
  }

  getObject(input: Input<Sdk.GetObjectCommandInput>, signal?: AbortSignal) {
    return this.#send<Sdk.GetObjectCommandOutput>(new this.#sdk.GetObjectCommand(this.#with(input)), signal)
  }

  #with<T>(input: T): T & { Bucket: string } {
    return { ...input, Bucket: this.#name }
  }

  #send<Output>(command: object, signal?: AbortSignal): Promise<Output> {
    return this.#client.send(command, signal && { abortSignal: signal })
  }
}

type Input<Of> = Omit<Of, 'Bucket'>

/** Clients by their settings: each has connections of its own, and partitions of one run share them. */
const clients = new Map<string, Promise<S3ClientLike>>()

/** Numbers of what a program gave and has no text, such as a function. */
const numbers = new WeakMap<object, number>()
let lastNumber = 0

/**
 * The bucket of an address.
 *
 * @throws SluiceError `E_UNSUPPORTED` when the SDK is not installed.
 */
export async function bucketAt({ scheme, bucket }: StoreAddress, options: S3Options): Promise<Bucket> {
  const sdk = await loadSdk()
  if (options.client !== undefined) return new Bucket(sdk, options.client, bucket)
  const key = settingsKey(scheme, options)
  const client = clients.get(key) ?? createClient(sdk, scheme, options)
  clients.set(key, client)
  return new Bucket(sdk, await client, bucket)
}

async function loadSdk(): Promise<typeof Sdk> {
  try {
    return namesOfPackage(await import('@aws-sdk/client-s3'))
  } catch (cause) {
    throw notInstalled('@aws-sdk/client-s3', '@aws-sdk/client-s3', cause)
  }
}

/** All that the SDK makes a client of: the environment too, which a program may change. */
function settingsKey(
  scheme: string,
  { endpoint, region, credentials, forcePathStyle, maxAttempts }: S3Options,
) {
  const environment = Object.entries(process.env).filter(([name]) => name.startsWith('AWS_'))
  const keys = credentials === undefined ? undefined : numberOf(credentials)
  return JSON.stringify([scheme, String(endpoint), region, keys, forcePathStyle, maxAttempts, environment])
}

function numberOf(value: object): number {
  const known = numbers.get(value) ?? ++lastNumber
  numbers.set(value, known)
  return known
}

async function createClient(
  sdk: typeof Sdk,
  scheme: StoreAddress['scheme'],
  options: S3Options,
): Promise<S3ClientLike> {
  const { env } = process
  const given = options.endpoint ?? env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL
  const endpoint = given || (scheme === 'gs' ? GOOGLE : undefined)
  const region = options.region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined)
  const config: Sdk.S3ClientConfig = {
    ...(endpoint !== undefined && { endpoint: String(endpoint) }),
    ...(options.credentials !== undefined && { credentials: options.credentials }),
    forcePathStyle: options.forcePathStyle ?? (endpoint !== undefined && !isOfAws(endpoint)),
    ...((options.maxAttempts ?? env.AWS_MAX_ATTEMPTS) === undefined
      ? { maxAttempts: ATTEMPTS }
      : options.maxAttempts !== undefined && { maxAttempts: options.maxAttempts }),
    followRegionRedirects: true,
    // Parts carry Content-MD5, which every store verifies; the checksums of the SDK are refused by some.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENCE_MS },
    customUserAgent: [['td-sluice', VERSION]],
  }
  if (region !== undefined) return new sdk.S3Client({ ...config, region })
  const client = new sdk.S3Client(config)
  try {
    await client.config.region()
    return client
  } catch {
    // No profile has one either.
    return new sdk.S3Client({ ...config, region: scheme === 'gs' ? 'auto' : 'us-east-1' })
  }
}

function isOfAws(endpoint: string | URL): boolean {
  return URL.canParse(String(endpoint)) && /\.amazonaws\.com(\.cn)?$/.test(new URL(String(endpoint)).hostname)
}
