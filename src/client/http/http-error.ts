import { adviceFor, type ErrorCode, SluiceError } from '../../errors.js'
import { hideTargets } from '../../secrets/export-target.js'
import { isObject, type JsonObject, parseJsonObject } from '../json.js'
import { printable } from '../printable.js'
import { LONGEST_RETRY_AFTER_MS, parseRetryAfter } from './retry-after.js'

/** The parts of an unsuccessful reply that its error is made of. */
export interface FailedReply {
  readonly status: number
  readonly reason: string
  readonly retryAfter: string | undefined
  readonly date: string | undefined
  readonly body: string
}

const CODES: Readonly<Record<number, ErrorCode>> = {
  401: 'E_AUTH',
  403: 'E_FORBIDDEN',
  404: 'E_NOT_FOUND',
  408: 'E_TIMEOUT',
  409: 'E_CONFLICT',
  410: 'E_NOT_FOUND',
  416: 'E_PROTOCOL',
  425: 'E_RATE_LIMIT',
  429: 'E_RATE_LIMIT',
}

/** A reply of status 400 or more as an error whose message is what the server says about it. */
export function httpError(reply: FailedReply): SluiceError {
  const code = CODES[reply.status] ?? (reply.status >= 500 ? 'E_HTTP_5XX' : 'E_REJECTED')
  const retryAfterMs = parseRetryAfter(reply.retryAfter, reply.date)
  const wait =
    retryAfterMs !== undefined && retryAfterMs > LONGEST_RETRY_AFTER_MS
      ? `; the server asks to wait ${Math.round(retryAfterMs / 1000)} s`
      : ''
  return new SluiceError(code, `${serverMessage(reply)} (HTTP ${reply.status})${wait}`, {
    // A program that shows `hint` has no other way to it.
    hint: code === 'E_AUTH' ? adviceFor(code) : undefined,
    retryAfterMs,
  })
}

/** The job that holds the domain key, which a 409 names in `details.conflicts_with`. */
export function conflictsWith(body: string): unknown {
  const details = fields(body).details
  return isObject(details) && Object.hasOwn(details, 'conflicts_with') ? details.conflicts_with : undefined
}

function serverMessage(reply: FailedReply): string {
  const json = fields(reply.body)
  const texts = [json.message, json.error, json.text, json.errorMessage, reply.body, reply.reason]
  const text = texts.find((candidate) => typeof candidate === 'string' && candidate.trim() !== '')
  return printable(typeof text === 'string' ? hideTargets(text) : 'the server gave no reason')
}

/** The known fields of an error body; none where it is not a JSON object. */
function fields(body: string): JsonObject {
  const known: Record<string, unknown> = Object.create(null)
  try {
    Object.assign(known, parseJsonObject(body))
  } catch {
    // The page of a proxy or a load balancer: its text becomes the message.
  }
  return known
}
