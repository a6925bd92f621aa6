import { SluiceError } from '../errors.js'

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
