import { SluiceError } from '../errors.js'

/** Objects of the API are a few levels deep; whatever is deeper than this was made to exhaust memory. */
const DEEPEST = 64

/** A JSON object of an API reply, unchecked. */
export type JsonObject = Readonly<Record<string, unknown>>

/**
 * A reply that the API never gives to this request: no JSON, no job status, the record of another job. A proxy or a
 * cache on the way may send one, so the same request may be answered properly the next time.
 */
export class UnusableReply extends SluiceError {
  constructor(message: string) {
    super('E_PROTOCOL', message)
  }
}

/**
 * Parses an API reply.
 *
 * @throws UnusableReply (`E_PROTOCOL`) unless it is a JSON object.
 * @throws SluiceError `E_LIMIT_DEPTH` when it is nested too deep.
 */
export function parseJsonObject(text: string): JsonObject {
  const json = text.replace(/^\ufeff/, '')
  if (!isShallow(json)) throw new SluiceError('E_LIMIT_DEPTH', 'the API reply is nested too deep')
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    // The SyntaxError is not kept: it quotes the reply, which may repeat what was sent.
    throw new UnusableReply('the API reply is not JSON')
  }
  if (isObject(value)) return value
  throw new UnusableReply('the API reply is not a JSON object')
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isShallow(json: string): boolean {
  let depth = 0
  let inString = false
  for (let i = 0; i < json.length; i++) {
    const code = json.charCodeAt(i)
    if (inString) {
      if (code === 0x5c /* \ */) i++
      else if (code === 0x22 /* " */) inString = false
    } else if (code === 0x22) inString = true
    else if (code === 0x5b /* [ */ || code === 0x7b /* { */) {
      if (++depth > DEEPEST) return false
    } else if (code === 0x5d /* ] */ || code === 0x7d /* } */) depth--
  }
  return true
}

/*
 * Readers for the fields of API replies. The public clients have met nulls, empty texts, numbers in quotes and new
 * keys in them, so everything that is not what it should be reads as null instead of failing the whole reply.
 */

/** A field of the object itself; what its prototype has is none. */
export function field(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

/** A text; null where it is absent, empty or something else. */
export function text(object: JsonObject, name: string): string | null {
  const value = field(object, name)
  return typeof value === 'string' && value !== '' ? value : null
}

/** A finite number, also from its text; null for everything else. */
export function number(object: JsonObject, name: string): number | null {
  const value = field(object, name)
  const result = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof result === 'number' && Number.isFinite(result) ? result : null
}

/** A whole number from 0 on that a double holds exactly; null for everything else. */
export function count(object: JsonObject, name: string): number | null {
  const value = number(object, name)
  return value !== null && Number.isSafeInteger(value) && value >= 0 ? value : null
}

/** Whether a field is absent, or says that there is nothing. */
export function isNone(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

/**
 * A number of rows or bytes that a success is checked against; null where it is absent.
 *
 * @throws UnusableReply (`E_PROTOCOL`) for a value that is no such number: the check must not be dropped for it.
 */
export function checkedCount(object: JsonObject, name: string): number | null {
  if (isNone(field(object, name))) return null
  const whole = count(object, name)
  if (whole !== null) return whole
  throw new UnusableReply(`the API reply has a ${name} that is not a whole number from 0 on`)
}

/** An id: a text or a whole number, as text; null for everything else. */
export function id(object: JsonObject, name: string): string | null {
  const value = field(object, name)
  return Number.isSafeInteger(value) ? String(value) : text(object, name)
}

/** Ids have some ten digits today; they are texts and no arithmetic is ever done on them. */
const JOB_ID = /^[0-9]{1,20}$/

/**
 * The job id of an API reply, a text or a number there. Where the reply is about the job `asked` for, it must be that id;
 * a reply without an id is then taken to be about that job.
 *
 * @throws UnusableReply (`E_PROTOCOL`) for an id that is missing, invalid or of another job.
 */
export function parseJobId(value: unknown, asked?: string): string {
  if (asked !== undefined && (value === undefined || value === null)) return asked
  const id = jobIdOf(value)
  if (id === undefined) throw new UnusableReply('the API reply has no valid job id')
  if (asked === undefined || id === asked) return id
  throw new UnusableReply(`the API answered about job ${id} when asked about job ${asked}`)
}

/** A job id as text; undefined for what is no job id. */
export function jobIdOf(value: unknown): string | undefined {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
  return typeof text === 'string' && JOB_ID.test(text) ? text : undefined
}
