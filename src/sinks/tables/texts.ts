import { Buffer } from 'node:buffer'
import type { SqlType } from '../../model/schema.js'
import { isExtension } from '../../rows/extension.js'
import { toJson } from '../../rows/json.js'
import { timestampText } from '../../rows/timestamp.js'
import type { Given, ToCell } from './cell.js'
import type { Holds } from './column.js'

/** Any value as CSV has it: binary data as base64, arrays and maps as JSON. */
export function textCell(
  { characters, bytes, padded }: Extract<Holds, { kind: 'text' }>,
  type: SqlType,
): ToCell {
  return (value) => {
    const given = textOfValue(value)
    const text = padded && type.kind === 'char' ? given.replace(/ +$/, '') : given
    if (padded && text.endsWith(' ')) return undefined
    if (characters !== undefined && text.length > characters && [...text].length > characters)
      return undefined
    return bytes !== undefined && Buffer.byteLength(text) > bytes ? undefined : text
  }
}

function textOfValue(value: Given): string {
  if (typeof value === 'string') return value
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  return isExtension(value) ? (timestampText(value) ?? toJson(value)) : toJson(value)
}

/** Bytes, and texts as theirs; but not a text that was repaired, as its bytes are lost. */
export const bytesCell: ToCell = (value) => {
  if (typeof value === 'string') return value.includes('\ufffd') ? undefined : Buffer.from(value)
  return value instanceof Uint8Array ? value : undefined
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i

export const uuidCell: ToCell = (value) => (typeof value === 'string' && UUID.test(value) ? value : undefined)

/** Texts that are JSON, and values that JSON has. */
export function jsonCell({ parsed }: Extract<Holds, { kind: 'json' }>): ToCell {
  return (value) => {
    if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) return undefined
    if (value instanceof Uint8Array) return undefined
    if (typeof value !== 'string') return toJson(value)
    return isJson(value) && !(parsed && losesWhenParsed(value)) ? value : undefined
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Strings, numbers and marks of a valid JSON text. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d[-+.\deE]*|[{}[\],:]/g

/** Whether an object has a key twice, of which a parser keeps one, or a number is the zero that has a sign. */
function losesWhenParsed(text: string): boolean {
  const open: (Set<string> | undefined)[] = []
  let isKey = false
  for (const [token] of text.matchAll(TOKENS)) {
    if (/^-0(?:\.0*)?(?:[eE].*)?$/.test(token)) return true
    if (isKey && token.startsWith('"')) {
      const key: string = JSON.parse(token)
      if (open.at(-1)!.has(key)) return true
      open.at(-1)!.add(key)
    }
    if (token === '{') open.push(new Set())
    else if (token === '[') open.push(undefined)
    else if (token === '}' || token === ']') open.pop()
    isKey = (token === '{' || token === ',') && open.at(-1) !== undefined
  }
  return false
}
