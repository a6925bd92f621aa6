import { requireShape, SluiceError } from '../../../errors.js'
import { checkOptions, type OptionShapes } from '../../../usage.js'

const MIB = 1024 * 1024

/** Keys of a store, as the AWS SDK has them. */
export interface S3Credentials {
  /** For `gs://` the access id of an HMAC key. */
  readonly accessKeyId: string
  /** Its secret. */
  readonly secretAccessKey: string
  /** Of temporary credentials. */
  readonly sessionToken?: string
  /** When temporary credentials end; a function is asked for new ones before that. */
  readonly expiration?: Date
}

/** A client of the package `@aws-sdk/client-s3`, as far as it is used. */
export interface S3ClientLike {
  /** Sends a command. */
  // biome-ignore lint/suspicious/noExplicitAny: the SDK has overloads that nothing narrower is compatible with
  send(command: any, options?: any): Promise<any>
}

/** Options of {@link s3}. Each is that of the AWS SDK where it has one, with its default. */
export interface S3Options {
  /**
   * URL of an S3-compatible server.
   *
   * @default `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, the profile; then AWS for `s3://`, Google for `gs://`
   */
  endpoint?: string | URL
  /**
   * Region of the bucket.
   *
   * @default `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile; then `us-east-1`, `auto` for `gs://`
   */
  region?: string
  /**
   * Keys, or a function that gets them and is asked again when they end.
   *
   * @default the chain of the AWS SDK: environment, profile, single sign-on, web identity, container, instance
   */
  credentials?: S3Credentials | (() => Promise<S3Credentials>)
  /**
   * A client of the program, which stays open. Its own settings count then, instead of `endpoint`, `region`, `credentials`,
   * `forcePathStyle` and `maxAttempts`.
   */
  client?: S3ClientLike
  /**
   * Name the bucket in the path rather than in the host name.
   *
   * @default true for an endpoint that is not one of AWS
   */
  forcePathStyle?: boolean
  /**
   * Bytes of a part, 5 MiB to 1 GiB. A store takes 10,000 parts, which is 156 GiB of 16 MiB.
   *
   * @default 16777216
   */
  partSize?: number
  /**
   * Parts that are sent at the same time. As many are in memory, two at least: with all of them on their way none is filled.
   *
   * @default 4
   */
  partsInFlight?: number
  /**
   * How often a request is tried before its failure counts.
   *
   * @default `AWS_MAX_ATTEMPTS`; 8
   */
  maxAttempts?: number
  /**
   * Further properties of the object, by the names of `CreateMultipartUpload` and `PutObject`: `StorageClass`, `ContentType`,
   * `ServerSideEncryption`, `SSEKMSKeyId`, `Tagging`, `Metadata`, `ACL`, `ExpectedBucketOwner` and so on.
   *
   * @default `ContentType` by the end of the key
   */
  parameters?: Readonly<Record<string, unknown>>
}

const S3_OPTIONS: OptionShapes<S3Options> = {
  endpoint: 'text or object',
  region: 'text',
  credentials: 'object or function',
  client: 'object',
  forcePathStyle: 'boolean',
  partSize: 'count from 1',
  partsInFlight: 'count from 1',
  maxAttempts: 'count from 1',
  parameters: 'object',
}

/** The least that stores take: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const LEAST_PART_SIZE = 5 * MIB
export const PART_SIZE = 16 * MIB
/** A part is in memory. */
const MOST_PART_SIZE = 1024 * MIB
const PARTS_IN_FLIGHT = 4

/** How an object of any store is sent. */
export type SendingOptions = Pick<S3Options, 'partSize' | 'partsInFlight'>

/** The same, complete. */
export interface Sending {
  /** Absent if none was chosen. */
  readonly partSize: number | undefined
  readonly partsInFlight: number
}

/** Fields that the target sets itself. */
const OWN_PARAMETERS = [
  'Bucket',
  'Key',
  'Body',
  'ContentMD5',
  'ContentLength',
  'IfNoneMatch',
  'IfMatch',
  'UploadId',
]

/** @throws SluiceError `E_USAGE` for an option that is unknown or wrong. */
export function checkS3Options(options: S3Options): void {
  checkOptions(options, 's3', S3_OPTIONS)
  const { endpoint, client, partSize, parameters = {} } = options
  if (endpoint !== undefined) {
    const isHttp = URL.canParse(String(endpoint)) && /^https?:$/.test(new URL(String(endpoint)).protocol)
    requireShape(isHttp, 'the option endpoint of s3', 'a URL such as https://s3.example.com')
  }
  requireShape(
    client === undefined || typeof client.send === 'function',
    'the option client of s3',
    'an S3Client',
  )
  if (partSize !== undefined) requirePartSize(partSize, 'the option partSize of s3')
  for (const name of OWN_PARAMETERS) {
    if (Object.hasOwn(parameters, name))
      throw new SluiceError(
        'E_USAGE',
        `the option parameters of s3 must not have ${name}, which the target sets`,
      )
  }
}

export function sendingOf({ partSize, partsInFlight = PARTS_IN_FLIGHT }: SendingOptions): Sending {
  return { partSize: partSize ?? partSizeOfEnvironment(), partsInFlight }
}

/** For the command, whose options are those of formats. */
function partSizeOfEnvironment(): number | undefined {
  const text = process.env.TD_SLUICE_PART_SIZE
  if (text === undefined || text === '') return undefined
  requirePartSize(/^\d+$/.test(text) ? Number(text) : Number.NaN, 'TD_SLUICE_PART_SIZE')
  return Number(text)
}

export function requirePartSize(bytes: number, what: string): void {
  const fits = bytes >= LEAST_PART_SIZE && bytes <= MOST_PART_SIZE
  requireShape(fits, what, `from ${LEAST_PART_SIZE} to ${MOST_PART_SIZE} bytes`)
}
