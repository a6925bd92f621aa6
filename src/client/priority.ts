import { SluiceError } from '../errors.js'

/** -2 to 2, or its name. */
export type Priority = number | PriorityName
export type PriorityName = 'very-low' | 'low' | 'normal' | 'high' | 'very-high'

const NAMES: Readonly<Record<string, number>> = {
  'very-low': -2,
  low: -1,
  norm: 0,
  normal: 0,
  high: 1,
  'very-high': 2,
}

/**
 * The number the API takes, from a number or a name in any spelling the `td` command knows (`very low`, `VERY_LOW`,
 * `+1`). Throws `E_USAGE`.
 */
export function parsePriority(value: number | string): number {
  const text = String(value).trim().toLowerCase().replace(/[ _]/g, '-')
  if (Object.hasOwn(NAMES, text)) return NAMES[text]!
  if (/^[+-]?[0-2]$/.test(text)) return Number(text) + 0
  throw new SluiceError('E_USAGE', 'a priority is -2 to 2, or very-low, low, normal, high, very-high')
}
