import { messageOf, SluiceError } from '../errors.js'
import type { QueryType } from '../model/query-type.js'
import { apart } from './literal.js'
import { type SqlValue, valueText } from './value.js'

/** Where a value goes in a query. */
export interface Hole {
  readonly start: number
  readonly end: number
  /** Name of the value in messages. */
  readonly what: string
  readonly value: SqlValue
}

/**
 * A query with its values filled in. What a value holds is never looked at again.
 *
 * @param holes in the order of the text
 * @throws SluiceError `E_USAGE` for a value that the engine cannot hold exactly.
 */
export function fillHoles(text: string, holes: readonly Hole[], engine: QueryType): string {
  let filled = ''
  let at = 0
  for (const { start, end, what, value } of holes) {
    filled += text.slice(at, start)
    try {
      filled += apart(valueText(value, engine, bracketAround(text, start, end)), filled, text[end] ?? '')
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      throw new SluiceError('E_USAGE', `${what}: ${messageOf(error)}`)
    }
    at = end
  }
  return filled + text.slice(at)
}

/** The bracket that a value stands behind, or a comma, when one or a comma follows as well. */
function bracketAround(text: string, start: number, end: number): '(' | '[' | undefined {
  let before = start - 1
  while (/\s/.test(text[before] ?? '')) before--
  let after = end
  while (/\s/.test(text[after] ?? '')) after++
  if (!/[)\],]/.test(text[after] ?? '')) return undefined
  if (text[after] === ']' || text[before] === '[') return '['
  return /[(,]/.test(text[before] ?? '') ? '(' : undefined
}
