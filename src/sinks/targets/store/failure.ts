import { type ErrorCode, messageOf, SluiceError, shortageError } from '../../../errors.js'
import { networkCode } from '../../../network-code.js'

/** An error of the AWS SDK, the fields used here. */
interface SdkError {
  readonly name?: string
  readonly message?: string
  readonly code?: string
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number }
}

/** Error codes of S3; https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and those of other stores. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  CredentialsProviderError: 'E_CONFIG',
  TokenProviderError: 'E_CONFIG',
  ...of('E_AUTH', [
    ...[
      'InvalidAccessKeyId',
      'SignatureDoesNotMatch',
      'ExpiredToken',
      'ExpiredTokenException',
      'InvalidToken',
    ],
    ...['TokenRefreshRequired', 'RequestTimeTooSkewed', 'RequestExpired', 'AuthorizationHeaderMalformed'],
    ...['InvalidSecurity', 'MissingSecurityHeader', 'Unauthorized', 'UnrecognizedClientException'],
  ]),
  ...of('E_FORBIDDEN', ['AccessDenied', 'AllAccessDisabled', 'AccountProblem', 'NotSignedUp', 'Forbidden']),
  ...of('E_NOT_FOUND', ['NoSuchBucket', 'NotFound']),
  ...of('E_EXISTS', ['PreconditionFailed']),
  // Another writer of the same key at the same moment.
  ...of('E_LOCKED', ['ConditionalRequestConflict', 'OperationAborted']),
  ...of('E_RATE_LIMIT', [
    ...['SlowDown', 'SlowDownRead', 'SlowDownWrite', 'Throttling', 'ThrottlingException', 'TooManyRequests'],
    ...['TooManyRequestsException', 'RequestLimitExceeded', 'RequestThrottled', 'BandwidthLimitExceeded'],
  ]),
  ...of('E_TIMEOUT', ['RequestTimeout', 'TimeoutError']),
  ...of('E_NO_SPACE', ['QuotaExceeded', 'InsufficientCapacity', 'XMinioStorageFull', 'EntityTooLarge']),
  ...of('E_UNSUPPORTED', ['NotImplemented']),
  ...of('E_REDIRECT', ['PermanentRedirect', 'TemporaryRedirect', 'IllegalLocationConstraintException']),
  // The bytes were damaged on their way, several times.
  ...of('E_NET', ['BadDigest', 'XAmzContentSHA256Mismatch', 'IncompleteBody']),
}

/** By the status of a reply without a body that tells more, as that to HEAD. */
const STATUSES: Readonly<Record<number, ErrorCode>> = {
  301: 'E_REDIRECT',
  307: 'E_REDIRECT',
  401: 'E_AUTH',
  403: 'E_FORBIDDEN',
  404: 'E_NOT_FOUND',
  412: 'E_EXISTS',
  429: 'E_RATE_LIMIT',
  501: 'E_UNSUPPORTED',
  507: 'E_NO_SPACE',
}

const HINTS: Partial<Record<ErrorCode, string>> = {
  E_CONFIG:
    'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; td-sluice finds credentials as the AWS SDK does',
  E_AUTH:
    'check the credentials of the store (AWS_ACCESS_KEY_ID, AWS_PROFILE) and its endpoint (AWS_ENDPOINT_URL_S3)',
  E_FORBIDDEN:
    'docs/stores.md has the least policy; the bucket, its policy or its encryption key may refuse too',
  E_NOT_FOUND: 'check the name of the bucket, its region (AWS_REGION) and the endpoint (AWS_ENDPOINT_URL_S3)',
  E_REDIRECT: 'the bucket is in another region: set AWS_REGION',
  E_NO_SPACE: 'make room in the store, or raise its quota, and run it again',
  E_DNS: 'check the endpoint of the store (AWS_ENDPOINT_URL_S3) and its region (AWS_REGION)',
}

const EXPIRED =
  'get new credentials and run it again; the next run removes what this one has left in the store'
const SKEWED = 'set the clock of this machine: a store refuses requests whose time is 15 minutes off'

function of(code: ErrorCode, names: readonly string[]): Record<string, ErrorCode> {
  return Object.fromEntries(names.map((name) => [name, code]))
}

/** Whether the store says that there is no such object or upload. */
export function isMissing(error: unknown): boolean {
  const { name, $metadata } = (error ?? {}) as SdkError
  if (name === 'NoSuchBucket') return false
  return ['NoSuchKey', 'NoSuchUpload', 'NotFound'].includes(name ?? '') || $metadata?.httpStatusCode === 404
}

/** Whether the store says that somebody writes the same object at this moment. */
export function isConflict(error: unknown): boolean {
  return (error as SdkError | null)?.name === 'ConditionalRequestConflict'
}

/** Whether the store says so, or that a condition does not hold. */
export function isOutrun(error: unknown): boolean {
  const { $metadata } = (error ?? {}) as SdkError
  return isConflict(error) || $metadata?.httpStatusCode === 412 || isMissing(error)
}

/** Whether the store may not know what was asked: some call that a bad request. */
export function isUnknownToStore(error: unknown): boolean {
  const { $metadata } = (error ?? {}) as SdkError
  return $metadata?.httpStatusCode === 501 || $metadata?.httpStatusCode === 400
}

/** Whether a request was sent more than once, or failed in a way that leaves open what the store has done. */
export function isDoubtful(error: unknown): boolean {
  const { name = '', $metadata } = (error ?? {}) as SdkError
  const status = $metadata?.httpStatusCode
  return status === undefined || status >= 500 || name === 'RequestTimeout' || ($metadata?.attempts ?? 1) > 1
}

/** As {@link storeError}, once the bucket was found: `E_NOT_FOUND` would say that the job is not there. */
export function runError(error: unknown, what: string): SluiceError {
  const failure = storeError(error, what)
  const { message, cause, hint } = failure
  return failure.code === 'E_NOT_FOUND' ? new SluiceError('E_IO', message, { cause, hint }) : failure
}

/**
 * An error of the AWS SDK as a {@link SluiceError}.
 *
 * @param what what could not be done, after the name of the place: `s3://bucket/key`
 */
export function storeError(error: unknown, what: string): SluiceError {
  if (error instanceof SluiceError) return error
  const shortage = shortageError(error)
  if (shortage !== undefined) return shortage
  const { name = '', $metadata } = (error ?? {}) as SdkError
  const status = $metadata?.httpStatusCode
  const code = codeOf(error as SdkError, status)
  const said = messageOf(error)
  // The SDK has no words for a reply without a body.
  const why = said === '' || said === 'UnknownError' ? `the store answered ${status}` : said
  const isNamed = name !== '' && name !== 'Error' && !why.includes(name) && !/^\d+$/.test(name)
  return new SluiceError(code, `${what}: ${isNamed ? `${name}: ` : ''}${why}`, {
    cause: error,
    hint: hintFor(name, code),
  })
}

function codeOf(error: SdkError, status: number | undefined): ErrorCode {
  const { name = '' } = error
  // The SDK calls a connection that was reset by this name as well.
  const isReset = name === 'TimeoutError' && error.code !== undefined
  if (Object.hasOwn(CODES, name) && !isReset) return CODES[name]!
  if (status === undefined) return networkCode(error) ?? (isBug(error) ? 'E_INTERNAL' : 'E_NET')
  if (Object.hasOwn(STATUSES, status)) return STATUSES[status]!
  return status >= 500 ? 'E_HTTP_5XX' : 'E_IO'
}

/** A mistake in the code, and no reply that could not be read: the SDK adds `$response` to those. */
function isBug(error: SdkError): boolean {
  return (
    !('$response' in error) && [TypeError, RangeError, ReferenceError].some((kind) => error instanceof kind)
  )
}

function hintFor(name: string, code: ErrorCode): string | undefined {
  if (/^Expired|^TokenRefresh/.test(name)) return EXPIRED
  if (/TimeTooSkewed|RequestExpired/.test(name)) return SKEWED
  if (name === 'AuthorizationHeaderMalformed') return HINTS.E_REDIRECT
  return HINTS[code]
}
