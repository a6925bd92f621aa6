import { SluiceError } from '../errors.js'

/** -2 to 2, or its name. */
export type Priority = number | PriorityName
export type PriorityName = 'very-low' | 'low' | 'normal' | 'high' | 'very-high'

/** From -2 on. */
export const PRIORITY_NAMES: readonly PriorityName[] = ['very-low', 'low', 'normal', 'high', 'very-high']
const FIRST = -2

/** The name of a number as the API has it; undefined for one that it does not know yet. */
export function priorityName(priority: number): PriorityName | undefined {
  return PRIORITY_NAMES[priority - FIRST]
}

/**
 * The number the API takes, from a number or a name in any spelling the `td` command knows (`very low`, `VERY_LOW`,
 * `+1`). Throws `E_USAGE`.
 */
export function parsePriority(value: number | string): number {
  const text = String(value).trim().toLowerCase().replace(/[ _]/g, '-')
  const name = text === 'norm' ? 'normal' : text
  const index = PRIORITY_NAMES.indexOf(name as PriorityName)
  if (index >= 0) return index + FIRST
  if (/^[+-]?[0-2]$/.test(text)) return Number(text) + 0
  throw new SluiceError('E_USAGE', `a priority is -2 to 2, or ${PRIORITY_NAMES.join(', ')}`)
}
