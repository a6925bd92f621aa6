import { Buffer } from 'node:buffer'
import { isExtension } from './extension.js'
import { timestampText } from './timestamp.js'
import { type Int64, inexact, type ToObject, toObjectOf, type Value } from './values.js'

/** Only a number with 16 digits or more can be an integer that a double does not hold. */
const LONG_NUMBER = /\d{16}/
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d[-+.\deE]*/g
/** Marks a long integer while it passes through `JSON.parse` as a text; a text that begins with it gets a second one. */
const MARK = '\0'

/**
 * The value of a JSON text (https://www.rfc-editor.org/rfc/rfc8259), `undefined` if it is invalid. `int64` says what
 * integers beyond 2^53 become, `toObject` how objects are made.
 *
 * @throws SluiceError `E_TYPE` for such an integer where `int64` is `number`.
 */
export function parseJson(
  text: string,
  int64: Int64,
  toObject: ToObject = toObjectOf('null'),
): Value | undefined {
  const marked = LONG_NUMBER.test(text)
  let value: unknown
  try {
    value = JSON.parse(marked ? text.replace(TOKENS, markLong) : text)
  } catch {
    return undefined
  }
  const textOf = (string: string) => (marked && string.startsWith(MARK) ? string.slice(1) : string)
  const clean = (item: unknown): Value => {
    if (typeof item === 'string') {
      const isLong = marked && item.startsWith(MARK) && item[1] !== MARK
      return isLong ? longInteger(BigInt(item.slice(1)), int64) : textOf(item)
    }
    if (Array.isArray(item)) return item.map(clean)
    if (typeof item !== 'object' || item === null) return item as Value
    return toObject(Object.entries(item).map(([key, member]) => [textOf(key), clean(member)]))
  }
  return clean(value)
}

function markLong(token: string): string {
  if (token.startsWith('"')) return token.startsWith('"\\u0000') ? `"\\u0000${token.slice(1)}` : token
  const isExact = !/^-?\d{16,}$/.test(token) || Number.isSafeInteger(Number(token))
  return isExact ? token : `"\\u0000${token}"`
}

function longInteger(value: bigint, int64: Int64): Value {
  if (int64 === 'number') throw inexact(value)
  return int64 === 'bigint' ? value : value.toString()
}

/**
 * A value as JSON text, as the text formats write it inside arrays and maps: integers with all their digits, NaN and the
 * infinities as strings, binary data as base64.
 */
export function toJson(value: Value): string {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : `"${value}"`
  if (Array.isArray(value)) return `[${value.map(toJson).join(',')}]`
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('base64'))
  if (value === null || typeof value !== 'object' || value instanceof Date) return JSON.stringify(value)
  if (isExtension(value)) {
    const { type, data } = value
    return toJson(timestampText(value) ?? { type, data })
  }
  const entries = value instanceof Map ? [...value] : Object.entries(value)
  const members = entries.map(([key, item]) => {
    return `${JSON.stringify(typeof key === 'string' ? key : toJson(key))}:${toJson(item)}`
  })
  return `{${members.join(',')}}`
}
