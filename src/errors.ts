import { constants } from 'node:os'
import { ERROR_TABLE, type ErrorCode } from './error-table.js'
import { hideTargets } from './secrets/export-target.js'

export { type Advice, adviceFor, ERROR_TABLE, type ErrorCode, type ErrorMeaning } from './error-table.js'

/** Fields of an error beside its code and message. */
export interface SluiceErrorOptions {
  /** The error underneath, kept as `cause`. */
  cause?: unknown
  /** The job the failure belongs to, where there is one. */
  jobId?: string | undefined
  /** The whole next command to type: without a capital and a full stop, as the command prints it after `hint:`. */
  hint?: string | undefined
  /** How long the server asked to be left alone, in milliseconds. */
  retryAfterMs?: number | undefined
}

/** An error as `JSON.stringify` writes it: without its stack, and without secrets. */
export interface ErrorJson {
  /** The class: `SluiceError`, or that of an error underneath. */
  readonly name: string
  /** The code, where the error has one. */
  readonly code?: string | undefined
  /** The failure. */
  readonly message: string
  /** Advice. */
  readonly hint?: string | undefined
  /** The exit code the command uses for it. */
  readonly exitCode?: number | undefined
  /** Whether the same call may succeed when made again. */
  readonly retryable?: boolean | undefined
  /** The job that the failure is about. */
  readonly jobId?: string | undefined
  /** How long the server asked to be left alone, in milliseconds. */
  readonly retryAfterMs?: number | undefined
  /** The error underneath, and so on: eight at most. */
  readonly cause?: ErrorJson | undefined
}

/** The same in all copies of this package that a program may hold, such as a bundled one beside an installed one. */
const BRAND = Symbol.for('td-sluice.SluiceError')

/**
 * Every failure of td-sluice, in the library and in the command. Nothing else is thrown on purpose: an error of
 * another class is a bug. `message` is one line without the code; it never holds a secret or a whole record.
 *
 * `instanceof SluiceError` and `SluiceError.is` recognise an error of another copy of this package as well.
 */
export class SluiceError extends Error {
  static {
    Object.defineProperty(SluiceError.prototype, BRAND, { value: true })
  }

  /** Whether a value is such an error, of this copy of the package or another, with a code that this copy knows. */
  static is(value: unknown): value is SluiceError {
    if (typeof value !== 'object' || value === null) return false
    const { [BRAND]: brand, code } = value as { [BRAND]?: unknown; code?: unknown }
    return brand === true && typeof code === 'string' && Object.hasOwn(ERROR_TABLE, code)
  }

  /** See {@link SluiceError.is}. Classes that extend this one are recognised as usual. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: for a class that extends this one, `this` is that class
    return this === SluiceError
      ? SluiceError.is(value)
      : // biome-ignore lint/complexity/noThisInStatic: the same
        Function.prototype[Symbol.hasInstance].call(this, value)
  }

  /** `SluiceError`. */
  override readonly name = 'SluiceError'
  /** Code of the failure; a key of `ERROR_TABLE`. */
  readonly code: ErrorCode
  /** The exit code the command uses for it. */
  readonly exitCode: number
  /** Whether the same call may succeed when made again. */
  readonly retryable: boolean
  /** The job that the failure is about, where there is one. */
  jobId: string | undefined
  /** Advice in one line, if there is any. */
  readonly hint: string | undefined
  /** How long the server asked to be left alone (`Retry-After`), in milliseconds. */
  readonly retryAfterMs: number | undefined

  /** @throws SluiceError `E_USAGE` for a code that is not in `ERROR_TABLE`, a message that is no text, options that are no object. */
  constructor(code: ErrorCode, message: string, options: SluiceErrorOptions = {}) {
    const isObject = typeof options === 'object' && options !== null
    super(
      typeof message === 'string' ? message : '',
      isObject && 'cause' in options ? { cause: options.cause } : undefined,
    )
    requireShape(Object.hasOwn(ERROR_TABLE, code), 'the code of a SluiceError', 'a key of ERROR_TABLE')
    requireShape(typeof message === 'string', 'the message of a SluiceError', 'a text')
    requireObject(options, 'the options of a SluiceError')
    this.code = code
    this.exitCode = ERROR_TABLE[code].exitCode
    this.retryable = ERROR_TABLE[code].retryable
    this.jobId = options.jobId
    this.hint = options.hint
    this.retryAfterMs = options.retryAfterMs
  }

  /** The object that `JSON.stringify` writes: code, message, hint, meaning and the chain of causes, with all secrets hidden. */
  toJSON(): ErrorJson {
    return errorJson(this, [])
  }
}

/** How many errors are written, one underneath the other. */
const LONGEST_CHAIN = 8

/** The form of an API key, which an error of another library may quote. */
const API_KEY = /(?<![\w/])\d{1,20}\/[0-9a-f]{32,64}(?!\w)/gi

function errorJson(error: unknown, above: readonly unknown[]): ErrorJson {
  const fields: { name?: unknown; code?: unknown; cause?: unknown } = Object(error)
  const { name, code, cause } = fields
  const chain = [...above, error]
  const goesOn =
    cause !== undefined && cause !== null && !chain.includes(cause) && chain.length < LONGEST_CHAIN
  return {
    name: typeof name === 'string' ? name : 'Error',
    ...(typeof code === 'string' && { code }),
    message: shownText(textOf(error)),
    ...(SluiceError.is(error) && {
      hint: error.hint && shownText(error.hint),
      exitCode: error.exitCode,
      retryable: error.retryable,
      jobId: error.jobId,
      retryAfterMs: error.retryAfterMs,
    }),
    ...(goesOn && { cause: errorJson(cause, chain) }),
  }
}

/** The message of anything thrown; an object without one, which may have no way to become a text, is only named. */
function textOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return String(thrown)
  const { message } = thrown as { message?: unknown }
  return typeof message === 'string' ? message : Object.prototype.toString.call(thrown)
}

function shownText(text: string): string {
  return hideTargets(text).replace(API_KEY, '[hidden]')
}

/** The same failure in other words: what `changes` leaves out stays, the cause included, which holds what `-v` prints. */
export function reworded(error: SluiceError, changes: { message?: string; hint?: string }): SluiceError {
  const { code, message, jobId, hint, retryAfterMs } = error
  const options = { jobId, hint: changes.hint ?? hint, retryAfterMs }
  const cause = 'cause' in error ? { cause: error.cause } : {}
  return new SluiceError(code, changes.message ?? message, { ...options, ...cause })
}

/** How a failure stands in a report. */
export type ReportedError = Pick<SluiceError, 'code' | 'exitCode' | 'retryable' | 'jobId' | 'message'>

export function reportedError({ code, exitCode, retryable, jobId, message }: SluiceError): ReportedError {
  return { code, exitCode, retryable, jobId, message }
}

/**
 * Checks what a caller gives whom no compiler checks, where a wrong shape would be found late, as a bug.
 *
 * @param wanted what it must be: `a function`
 * @throws SluiceError `E_USAGE` unless it `fits`.
 */
export function requireShape(fits: boolean, what: string, wanted: string): void {
  if (!fits) throw new SluiceError('E_USAGE', `${what} must be ${wanted}`)
}

/** As {@link requireShape}, for options: an object with any keys. */
export function requireObject(value: unknown, what: string): void {
  requireShape(typeof value === 'object' && value !== null && !Array.isArray(value), what, 'an object')
}

/** The error codes of the operating system that mean "no room left". */
const NO_SPACE = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** The text of any thrown value, on one line. */
export function messageOf(error: unknown): string {
  const lines = textOf(error)
    .split('\n')
    .map((line) => line.trim())
  return lines.filter((line) => line !== '').join(' ')
}

/** The `code` of a system error such as `ENOENT`, or `undefined`. */
export function systemCode(error: unknown): string | undefined {
  const { code, errno } = (error ?? {}) as { code?: unknown; errno?: unknown }
  // Node has no name for a used up quota: "Unknown system error -122".
  if (errno === -constants.errno.EDQUOT) return 'EDQUOT'
  return typeof code === 'string' ? code : undefined
}

/**
 * Wraps an error of a function or a stream of the program into an `E_CALLBACK` with that cause. A {@link SluiceError} stays as it
 * is, as a program may throw one to choose how the run ends.
 *
 * @param what what failed: `the function for row 3`
 */
export function callbackError(cause: unknown, what: string): SluiceError {
  if (cause instanceof SluiceError) return cause
  return new SluiceError('E_CALLBACK', `${what} failed: ${messageOf(cause)}`, { cause })
}

/** A message of Node's without the system call and its path at the end. Any message is read in one pass. */
function withoutCall(message: string): string {
  if (!message.endsWith("'")) return message.replace(/, [a-z]+$/, '')
  const at = message.search(/, [a-z]+ '/)
  return at < 0 ? message : message.slice(0, at)
}

/** V8's message if the system gives it no more address space or memory. */
const NO_MEMORY = /out of memory|allocation failed/i

/** Flags that allow an operation which Node's permission model denies: https://nodejs.org/api/permissions.html */
const PERMISSION_OPTIONS: Readonly<Record<string, string>> = {
  FileSystemRead: '--allow-fs-read',
  FileSystemWrite: '--allow-fs-write',
  ChildProcess: '--allow-child-process',
  WorkerThreads: '--allow-worker',
  Net: '--allow-net',
}

/**
 * An error of a process that may not have as much as td-sluice needs, with what to change; `undefined` for any other. It
 * may come from any call, such as one that loads a part of td-sluice itself.
 */
export function shortageError(cause: unknown): SluiceError | undefined {
  const code = systemCode(cause)
  if (code === 'EMFILE' || code === 'ENFILE') {
    const whose = code === 'EMFILE' ? 'this process' : 'the system'
    const hint = 'allow for more open files, for example with ulimit -n 1024'
    return new SluiceError('E_IO', `${whose} has too many open files (${code})`, { cause, hint })
  }
  if (code === 'ERR_ACCESS_DENIED') {
    const { permission = '', resource = '' } = cause as { permission?: string; resource?: string }
    const option = PERMISSION_OPTIONS[permission]
    const hint = option && `allow it with ${option}${resource === '' ? '' : `=${resource}`}`
    const what = `${permission} ${resource}`.trim() || messageOf(cause)
    return new SluiceError('E_UNSUPPORTED', `node --permission denies ${what}`, { cause, hint })
  }
  const isMemory = cause instanceof RangeError && NO_MEMORY.test(cause.message)
  if (!isMemory && code !== 'ENOMEM' && code !== 'ERR_MEMORY_ALLOCATION_FAILED') return undefined
  return new SluiceError('E_UNSUPPORTED', `this process gets no more memory: ${messageOf(cause)}`, {
    cause,
    hint: 'raise the limit of its address space (ulimit -v), or set NODE_OPTIONS=--disable-wasm-trap-handler to need less',
  })
}

/** Where what the system says is hard to read. */
const WORDS: Readonly<Record<string, string>> = {
  EDQUOT: 'the disk quota is used up',
  EISDIR: 'it is a folder',
}

/** A failure of a local file or stream as a {@link SluiceError}; one that already is stays as it is. */
export function ioError(error: unknown, what: string): SluiceError {
  if (error instanceof SluiceError) return error
  const code = systemCode(error) ?? ''
  if (code === 'EPIPE')
    return new SluiceError('E_BROKEN_PIPE', `the reader of ${what} went away`, { cause: error })
  const shortage = shortageError(error)
  if (shortage !== undefined) return reworded(shortage, { message: `${what}: ${shortage.message}` })
  const kind = NO_SPACE.has(code) ? 'E_NO_SPACE' : 'E_IO'
  // Node ends with the system call and the path, which `what` has said already.
  const why = WORDS[code] === undefined ? withoutCall(messageOf(error)) : `${code}: ${WORDS[code]}`
  return new SluiceError(kind, `${what}: ${why}`, { cause: error })
}
