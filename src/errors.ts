import { constants } from 'node:os'

/**
 * The one table of failures: what each code means, whether running again may help, and the exit code of the
 * command. `docs/errors.md` prints the same table, and the command exits with these numbers.
 */
export const ERROR_TABLE = {
  E_INTERNAL: { exitCode: 1, retryable: false, meaning: 'a bug in td-sluice; please report it' },
  E_CALLBACK: { exitCode: 1, retryable: false, meaning: 'a function that the program passed in failed' },

  E_USAGE: { exitCode: 2, retryable: false, meaning: 'a wrong option, argument or call' },
  E_CONFIG: {
    exitCode: 2,
    retryable: false,
    meaning: 'the configuration is missing something or is not valid',
  },
  E_REJECTED: { exitCode: 2, retryable: false, meaning: 'the API refused the request as invalid (400, 422)' },
  E_UNSUPPORTED: {
    exitCode: 2,
    retryable: false,
    meaning: 'this Node version or installation cannot do what was asked',
  },

  E_JOB_FAILED: { exitCode: 3, retryable: false, meaning: 'the job ended with an error' },
  E_JOB_KILLED: { exitCode: 4, retryable: false, meaning: 'the job was killed' },
  E_DEADLINE: { exitCode: 5, retryable: true, meaning: 'the deadline passed; the job still runs' },

  E_AUTH: { exitCode: 6, retryable: false, meaning: 'the API key was not accepted (401)' },
  E_FORBIDDEN: { exitCode: 6, retryable: false, meaning: 'the API key lacks a permission (403)' },

  E_NOT_FOUND: { exitCode: 7, retryable: false, meaning: 'there is no such job, database or table (404)' },
  E_NO_RESULT: { exitCode: 7, retryable: false, meaning: 'the job has no result, as after INSERT or CREATE' },
  E_RESULT_GONE: { exitCode: 7, retryable: false, meaning: 'the result vanished while it was being read' },

  E_NET: { exitCode: 10, retryable: true, meaning: 'the network failed, after all retries' },
  E_DNS: { exitCode: 10, retryable: true, meaning: 'the host name could not be resolved' },
  E_TIMEOUT: { exitCode: 10, retryable: true, meaning: 'the server stayed silent for too long' },
  E_HTTP_5XX: { exitCode: 10, retryable: true, meaning: 'the server kept failing (5xx)' },
  E_RATE_LIMIT: { exitCode: 10, retryable: true, meaning: 'the server kept refusing for load (429)' },

  E_TLS: { exitCode: 11, retryable: false, meaning: 'the TLS certificate or handshake was refused' },
  E_REDIRECT: { exitCode: 11, retryable: false, meaning: 'a redirect that must not be followed' },

  E_PROTOCOL: { exitCode: 12, retryable: false, meaning: 'the server answered something the API never says' },
  E_SIZE_MISMATCH: { exitCode: 12, retryable: true, meaning: 'the number of bytes is not the announced one' },
  E_RESULT_CHANGED: {
    exitCode: 12,
    retryable: true,
    meaning: 'the result on the server is not the one the download began with',
  },
  E_ENCODING: { exitCode: 12, retryable: false, meaning: 'the result came in an unknown content encoding' },
  E_GZIP: { exitCode: 12, retryable: true, meaning: 'the gzip data is damaged' },
  E_GZIP_TRUNCATED: { exitCode: 12, retryable: true, meaning: 'the gzip data ends too early' },
  E_TRAILING_DATA: {
    exitCode: 12,
    retryable: false,
    meaning: 'something that is not gzip follows the gzip data',
  },
  E_NOT_MSGPACK: { exitCode: 12, retryable: false, meaning: 'the data is not a msgpack result' },
  E_MSGPACK: { exitCode: 12, retryable: false, meaning: 'a byte that msgpack never uses' },
  E_MSGPACK_TRUNCATED: { exitCode: 12, retryable: true, meaning: 'the data ends inside a row' },
  E_ROW_SHAPE: { exitCode: 12, retryable: false, meaning: 'a row is not an array' },
  E_SCHEMA: {
    exitCode: 12,
    retryable: false,
    meaning: 'the schema is not valid, or a row disagrees with it',
  },
  E_ROW_COUNT: {
    exitCode: 12,
    retryable: false,
    meaning: 'the number of rows is not that of the job record',
  },
  E_TYPE: { exitCode: 12, retryable: false, meaning: 'a value does not fit the type of its column' },
  E_PARQUET: { exitCode: 12, retryable: false, meaning: 'the Parquet file is damaged or of an unknown kind' },
  E_UTF8: { exitCode: 12, retryable: false, meaning: 'a text is not valid UTF-8, and that was to fail' },

  E_LIMIT_ROW: { exitCode: 13, retryable: false, meaning: 'a row is larger than the limit' },
  E_LIMIT_CELL: { exitCode: 13, retryable: false, meaning: 'a cell is larger than the limit' },
  E_LIMIT_DEPTH: { exitCode: 13, retryable: false, meaning: 'a value is nested deeper than the limit' },
  E_LIMIT_COLUMNS: { exitCode: 13, retryable: false, meaning: 'there are more columns than the limit' },
  E_LIMIT_BODY: { exitCode: 13, retryable: false, meaning: 'an API reply is larger than the limit' },

  E_IO: { exitCode: 14, retryable: false, meaning: 'a local file could not be read or written' },
  E_NO_SPACE: { exitCode: 14, retryable: true, meaning: 'the disk is full or the quota is used up' },
  E_DATABASE: { exitCode: 14, retryable: false, meaning: 'a database that rows go to failed or refused' },

  E_EXISTS: { exitCode: 15, retryable: false, meaning: 'the output exists and is not to be replaced' },
  E_LOCKED: { exitCode: 15, retryable: true, meaning: 'another run is writing the same output' },
  E_CONFLICT: { exitCode: 15, retryable: false, meaning: 'the domain key belongs to another job (409)' },

  E_HANGUP: { exitCode: 129, retryable: true, meaning: 'the terminal went away (SIGHUP)' },
  E_INTERRUPTED: { exitCode: 130, retryable: true, meaning: 'stopped by Ctrl-C or by the AbortSignal' },
  E_BROKEN_PIPE: { exitCode: 141, retryable: false, meaning: 'the reader of the output went away' },
  E_TERMINATED: { exitCode: 143, retryable: true, meaning: 'stopped by SIGTERM' },
} as const satisfies Record<string, { exitCode: number; retryable: boolean; meaning: string }>

/** A stable name for a kind of failure; see {@link ERROR_TABLE}. */
export type ErrorCode = keyof typeof ERROR_TABLE

export interface SluiceErrorOptions {
  /** The error underneath, kept as `cause`. */
  cause?: unknown
  /** The job the failure belongs to, where there is one. */
  jobId?: string | undefined
  /** What the user can try: one sentence, without a capital and a full stop, which the command prints after `hint:`. */
  hint?: string | undefined
  /** How long the server asked to be left alone, in milliseconds. */
  retryAfterMs?: number | undefined
}

/**
 * Every failure of td-sluice, in the library and in the command. Nothing else is thrown on purpose: an error of
 * another class is a bug. `message` is one line without the code; it never holds a secret or a whole record.
 */
export class SluiceError extends Error {
  override readonly name = 'SluiceError'
  readonly code: ErrorCode
  /** The exit code the command uses for it. */
  readonly exitCode: number
  /** Whether the same call may succeed when made again. */
  readonly retryable: boolean
  jobId: string | undefined
  readonly hint: string | undefined
  /** How long the server asked to be left alone (`Retry-After`), in milliseconds. */
  readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode, message: string, options: SluiceErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.exitCode = ERROR_TABLE[code].exitCode
    this.retryable = ERROR_TABLE[code].retryable
    this.jobId = options.jobId
    this.hint = options.hint
    this.retryAfterMs = options.retryAfterMs
  }
}

/** How a failure stands in a report. */
export type ReportedError = Pick<SluiceError, 'code' | 'exitCode' | 'retryable' | 'jobId' | 'message'>

export function reportedError({ code, exitCode, retryable, jobId, message }: SluiceError): ReportedError {
  return { code, exitCode, retryable, jobId, message }
}

/** The error codes of the operating system that mean "no room left". */
const NO_SPACE = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** The text of any thrown value, on one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.replace(/\s*\n\s*/g, ' ').trim()
}

/** The `code` of a system error such as `ENOENT`, or `undefined`. */
export function systemCode(error: unknown): string | undefined {
  const { code, errno } = (error ?? {}) as { code?: unknown; errno?: unknown }
  // Node has no name for a used up quota: "Unknown system error -122".
  if (errno === -constants.errno.EDQUOT) return 'EDQUOT'
  return typeof code === 'string' ? code : undefined
}

/**
 * What a function or a stream of the program threw as an `E_CALLBACK` whose cause it is. A {@link SluiceError} stays as it
 * is, as a program may throw one to choose how the run ends.
 *
 * @param what what failed: `the function for row 3`
 */
export function callbackError(cause: unknown, what: string): SluiceError {
  if (cause instanceof SluiceError) return cause
  return new SluiceError('E_CALLBACK', `${what} failed: ${messageOf(cause)}`, { cause })
}

/** A failure of a local file or stream as a {@link SluiceError}; one that already is stays as it is. */
export function ioError(error: unknown, what: string): SluiceError {
  if (error instanceof SluiceError) return error
  const code = systemCode(error) ?? ''
  if (code === 'EPIPE')
    return new SluiceError('E_BROKEN_PIPE', `the reader of ${what} went away`, { cause: error })
  const kind = NO_SPACE.has(code) ? 'E_NO_SPACE' : 'E_IO'
  // Node ends with the system call and the path, which `what` has said already.
  const why =
    code === 'EDQUOT'
      ? 'EDQUOT: the disk quota is used up'
      : messageOf(error).replace(/, [a-z]+(?: '.*')?$/, '')
  return new SluiceError(kind, `${what}: ${why}`, { cause: error })
}
