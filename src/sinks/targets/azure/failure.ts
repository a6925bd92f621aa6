import { type ErrorCode, messageOf, SluiceError, shortageError } from '../../../errors.js'
import { networkCode } from '../../../network-code.js'

/** An error of the Azure SDK, the fields used here. */
interface RestError {
  readonly name?: string
  readonly code?: string
  readonly statusCode?: number
  /** From the body of the reply, or its headers where there is none. */
  readonly details?: { readonly errorCode?: string }
}

/** https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes */
const CODES: Readonly<Record<string, ErrorCode>> = {
  AuthenticationFailed: 'E_AUTH',
  InvalidAuthenticationInfo: 'E_AUTH',
  NoAuthenticationInformation: 'E_AUTH',
  ContainerNotFound: 'E_NOT_FOUND',
  ContainerBeingDeleted: 'E_NOT_FOUND',
  ContainerDisabled: 'E_FORBIDDEN',
  BlobAlreadyExists: 'E_EXISTS',
  BlobImmutableDueToPolicy: 'E_EXISTS',
  ConditionNotMet: 'E_EXISTS',
  LeaseIdMissing: 'E_LOCKED',
  ServerBusy: 'E_RATE_LIMIT',
  OperationTimedOut: 'E_TIMEOUT',
  // The bytes were damaged on their way, several times.
  Md5Mismatch: 'E_NET',
}

const STATUSES: Readonly<Record<number, ErrorCode>> = {
  401: 'E_AUTH',
  403: 'E_FORBIDDEN',
  404: 'E_NOT_FOUND',
  412: 'E_EXISTS',
  429: 'E_RATE_LIMIT',
  503: 'E_RATE_LIMIT',
}

const HINTS: Partial<Record<ErrorCode, string>> = {
  E_AUTH:
    'check AZURE_STORAGE_CONNECTION_STRING, or AZURE_STORAGE_ACCOUNT and its key or SAS token, and the clock of this machine',
  E_FORBIDDEN:
    'the SAS token needs the permissions r, c and w, and d for receipts; a firewall of the account may refuse too',
  E_NOT_FOUND: 'check the name of the container and the account (AZURE_STORAGE_ACCOUNT)',
  E_DNS: 'check the account (AZURE_STORAGE_ACCOUNT)',
  E_LOCKED: 'somebody holds a lease on the blob: end it, or write to another name',
}

/** Whether the store says that there is no such blob. */
export function isMissingBlob(error: unknown): boolean {
  const { statusCode } = (error ?? {}) as RestError
  return statusCode === 404 && codeIn(error) !== 'ContainerNotFound'
}

/** Whether the store says that the blob has another version than the condition names. */
export function isReplaced(error: unknown): boolean {
  return (error as RestError | null)?.statusCode === 412
}

/** Whether the store says that a condition does not hold: the blob is another one by now, there, or gone. */
export function isOutrunForAzure(error: unknown): boolean {
  return isReplaced(error) || codeIn(error) === 'BlobAlreadyExists' || isMissingBlob(error)
}

/**
 * Whether an earlier try of the SDK may have done what was asked: without a reply, after a failure of the store, or when the request finds
 * its blocks used up or its condition false.
 */
export function isDoubtfulForAzure(error: unknown): boolean {
  const { statusCode } = (error ?? {}) as RestError
  return statusCode === undefined || ![401, 403, 404].includes(statusCode)
}

/**
 * An error of the Azure SDK as a {@link SluiceError}.
 *
 * @param what the name of the place: `az://container/blob`
 */
export function azureError(error: unknown, what: string): SluiceError {
  if (error instanceof SluiceError) return error
  const shortage = shortageError(error)
  if (shortage !== undefined) return shortage
  const { statusCode } = (error ?? {}) as RestError
  const named = codeIn(error)
  const code = codeFor(error, named, statusCode)
  // The SDK adds the id of the request and its time on further lines.
  const [said = ''] = messageOf(error).split(/ ?RequestId:/)
  const why = said === '' ? `the store answered ${statusCode}` : said
  const isNamed = named !== undefined && !why.includes(named)
  return new SluiceError(code, `${what}: ${isNamed ? `${named}: ` : ''}${why}`, {
    cause: error,
    hint: HINTS[code],
  })
}

function codeIn(error: unknown): string | undefined {
  const { details, code } = (error ?? {}) as RestError
  return details?.errorCode ?? code
}

function codeFor(error: unknown, named: string | undefined, status: number | undefined): ErrorCode {
  // azurite has the code of a missing permission for a wrong key.
  if (/^Server failed to authenticate/i.test(messageOf(error))) return 'E_AUTH'
  if (named !== undefined && Object.hasOwn(CODES, named)) return CODES[named]!
  if (status === undefined) {
    if ([TypeError, RangeError, ReferenceError].some((kind) => error instanceof kind)) return 'E_INTERNAL'
    return networkCode(error) ?? 'E_NET'
  }
  if (Object.hasOwn(STATUSES, status)) return STATUSES[status]!
  return status >= 500 ? 'E_HTTP_5XX' : 'E_IO'
}
