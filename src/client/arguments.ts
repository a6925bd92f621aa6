import { SluiceError } from '../errors.js'
import { jobIdOf } from './json.js'

/** A whole number as the API takes it, or nothing where there is none; throws `E_USAGE`. */
export function optionalInteger(
  name: string,
  value: number | undefined,
  least: number = Number.MIN_SAFE_INTEGER,
  most: number = Number.MAX_SAFE_INTEGER,
): string | undefined {
  if (value === undefined) return undefined
  if (Number.isSafeInteger(value) && value >= least && value <= most) return String(value)
  const range = most === Number.MAX_SAFE_INTEGER ? '' : ` from ${least} to ${most}`
  throw new SluiceError('E_USAGE', `${name} must be a whole number${range}`)
}

/** The priority of a job: -2 (very low) to 2 (very high), or its name. */
export type Priority = number | PriorityName
/** The names of the priorities. */
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
 * `+1`).
 *
 * @throws SluiceError `E_USAGE` for anything else.
 */
export function parsePriority(value: number | string): number {
  const text = String(value).trim().toLowerCase().replace(/[ _]/g, '-')
  const name = text === 'norm' ? 'normal' : text
  const index = PRIORITY_NAMES.indexOf(name as PriorityName)
  if (index >= 0) return index + FIRST
  if (/^[+-]?[0-2]$/.test(text)) return Number(text) + 0
  throw new SluiceError('E_USAGE', `a priority is -2 to 2, or ${PRIORITY_NAMES.join(', ')}`)
}

/** A name as one segment of a URL path; throws `E_USAGE` for names that a server would read as another path. */
export function segment(name: string, what: string): string {
  if (name !== '' && name !== '.' && name !== '..' && !/[\u0000-\u001f\u007f]/.test(name)) {
    return encodeURIComponent(name)
  }
  throw new SluiceError('E_USAGE', `${what} is not a valid name`)
}

/**
 * A job id given by the caller, as text.
 *
 * @throws SluiceError `E_USAGE` unless it is a number of 1 to 20 digits.
 */
export function checkJobId(value: string | number): string {
  const id = jobIdOf(value)
  if (id !== undefined) return id
  throw new SluiceError('E_USAGE', 'a job id is a number of 1 to 20 digits', {
    hint: 'td-sluice list shows the ids of jobs; td-sluice convert FILE is for a local file',
  })
}
