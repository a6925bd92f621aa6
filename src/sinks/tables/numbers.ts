import { plainDigits } from '../../kernel/columns/plain-digits.js'
import type { SqlType } from '../../model/schema.js'
import type { Given, ToCell } from './cell.js'
import type { Holds } from './column.js'

/** A plain number. Zeros in front are those of an identifier, such as a postal code. */
const PLAIN_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/
const WHOLE_NUMBER = /^-?(?:0|[1-9]\d*)$/
/** As a decimal or a double with nothing after the point. */
const WHOLE_DECIMAL = /^(-?(?:0|[1-9]\d*))\.0+$/
/** Zero with a sign, which only doubles have. */
const MINUS_ZERO = /^-0(?:\.0+)?$/
const SPECIAL = new Set(['NaN', 'Infinity', '-Infinity'])

/** Integers from `least` to `most`. Texts count as far as the number has just that text. */
export function integerCell({ least, most }: Extract<Holds, { kind: 'integer' }>, type: SqlType): ToCell {
  const [lowest, highest] = [Number(least), Number(most)]
  return (value) => {
    if (Number.isSafeInteger(value)) {
      const number = value as number
      return number >= lowest && number <= highest && !Object.is(number, -0) ? number : undefined
    }
    const integer = largeInteger(value, type)
    return integer !== undefined && integer >= least && integer <= most ? integer : undefined
  }
}

function largeInteger(value: Given, type: SqlType): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined
  if (typeof value !== 'string' || MINUS_ZERO.test(value)) return undefined
  if (WHOLE_NUMBER.test(value)) return BigInt(value)
  // 5.00 is the integer 5 as a decimal, but not as a text.
  const whole = type.kind === 'decimal' ? WHOLE_DECIMAL.exec(value)?.[1] : undefined
  return whole === undefined ? undefined : BigInt(whole)
}

/** Decimals as their plain text. A double is the decimal of its shortest digits. */
export function decimalCell({ precision, scale, special }: Extract<Holds, { kind: 'decimal' }>): ToCell {
  const fits = (text: string) => {
    if (!PLAIN_NUMBER.test(text) || MINUS_ZERO.test(text)) return undefined
    if (precision === undefined || scale === undefined) return text
    const { digits, exponent } = significant(text)
    return exponent >= -scale && digits + exponent <= precision - scale ? text : undefined
  }
  return (value) => {
    if (typeof value === 'string') return SPECIAL.has(value) ? specialText(value) : fits(value)
    if (typeof value === 'bigint') return fits(String(value))
    if (typeof value !== 'number' || Object.is(value, -0)) return undefined
    return Number.isFinite(value) ? fits(plainDigits(value)) : specialText(String(value))
  }

  function specialText(text: string): string | undefined {
    return special && (text === 'NaN' || precision === undefined) ? text : undefined
  }
}

/** How many digits a plain number has besides zeros at its ends, and the power of ten of the last of them. */
function significant(text: string): { digits: number; exponent: number } {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.')
  const all = (whole + fraction).replace(/0+$/, '')
  const digits = all.replace(/^0+/, '').length
  return digits === 0 ? { digits: 0, exponent: 0 } : { digits, exponent: whole.length - all.length }
}

/** Doubles: decimals and texts where the shortest digits of the double are theirs. */
export const doubleCell: ToCell = (value) => (typeof value === 'number' ? value : asDouble(value))

/** Floats of 32 bits. A `real` may come as the double of its own shortest digits: 0.1 is the float 0.1. */
export function realCell(type: SqlType): ToCell {
  return (value) => {
    const number = typeof value === 'number' ? value : asDouble(value)
    return number !== undefined && isSingle(number, typeof value === 'string' || type.kind === 'real')
      ? Math.fround(number)
      : undefined
  }
}

/** Whether a float of 32 bits holds a double that came as a value of `type`. */
export function isSingleText(number: number, type: SqlType): boolean {
  return isSingle(number, type.kind === 'real')
}

/** @param hasOwnDigits whether a number also counts as the float whose shortest digits it has */
function isSingle(number: number, hasOwnDigits: boolean): boolean {
  const single = Math.fround(number)
  if (single === number || Number.isNaN(number)) return true
  return hasOwnDigits && shortestSingle(single) === number
}

function asDouble(value: Given): number | undefined {
  if (typeof value === 'bigint') return BigInt(Number(value)) === value ? Number(value) : undefined
  if (typeof value !== 'string') return undefined
  if (SPECIAL.has(value)) return Number(value)
  if (!PLAIN_NUMBER.test(value)) return undefined
  const number = Number(value)
  return Number.isFinite(number) && withoutZeros(plainDigits(number)) === withoutZeros(unsignedZero(value))
    ? number
    : undefined
}

/** `String` shows no sign of zero. */
function unsignedZero(text: string): string {
  return MINUS_ZERO.test(text) ? text.slice(1) : text
}

function withoutZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** The double of the fewest digits that are nearest to that float of 32 bits. */
function shortestSingle(single: number): number | undefined {
  for (let digits = 1; digits <= 9; digits++) {
    const number = Number(single.toPrecision(digits))
    if (Math.fround(number) === single) return number
  }
  return undefined
}
