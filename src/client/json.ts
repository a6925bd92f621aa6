import { SluiceError } from '../errors.js'

/** Objects of the API are a few levels deep; whatever is deeper than this was made to exhaust memory. */
const DEEPEST = 64

export type JsonObject = Readonly<Record<string, unknown>>

/** Parses an API reply; throws `E_PROTOCOL` unless it is a JSON object, `E_LIMIT_DEPTH` when it is nested too deep. */
export function parseJsonObject(text: string): JsonObject {
  const json = text.replace(/^\ufeff/, '')
  if (!isShallow(json)) throw new SluiceError('E_LIMIT_DEPTH', 'the API reply is nested too deep')
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    // The SyntaxError is not kept: it quotes the reply, which may repeat what was sent.
    throw new SluiceError('E_PROTOCOL', 'the API reply is not JSON')
  }
  if (isObject(value)) return value
  throw new SluiceError('E_PROTOCOL', 'the API reply is not a JSON object')
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
