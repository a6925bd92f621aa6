import type { CastTarget } from '../../src/model/plan.js'
import { type Exact, Float, Text } from './exact-decoder.js'
import { Refused } from './value-text.js'

const LEAST = -(2n ** 63n)
const MOST = 2n ** 63n - 1n

/** The rules of a cast, except that nested values and bytes stay what they are for `varchar`. */
export function castValue(value: Exact, target: CastTarget): Exact {
  if (value === null) return null
  const cast = CASTS[target](value)
  if (cast === undefined) throw new Refused('E_TYPE')
  return cast
}

const CASTS: Record<CastTarget, (value: Exclude<Exact, null>) => Exact | undefined> = {
  varchar: (value) => {
    if (value instanceof Float) return new Text(Buffer.from(String(value.value)))
    return typeof value === 'object' ? value : new Text(Buffer.from(String(value)))
  },

  bigint: (value) => {
    if (typeof value === 'number' || typeof value === 'bigint')
      return inRange(BigInt(value)) === undefined ? undefined : value
    if (typeof value === 'boolean') return Number(value)
    if (value instanceof Float)
      return Number.isInteger(value.value) ? inRange(BigInt(value.value)) : undefined
    const number = numberOf(textOf(value))
    if (number === undefined) return undefined
    if (number.digits === 0n) return 0n
    // Beyond these powers nothing is whole, or within 64 bits.
    if (number.power > 30 || number.power < -number.written) return undefined
    const scale = 10n ** BigInt(Math.abs(number.power))
    if (number.power >= 0) return inRange(number.digits * scale)
    return number.digits % scale === 0n ? inRange(number.digits / scale) : undefined
  },

  double: (value) => {
    if (value instanceof Float) return value.bits === 64 ? value : new Float(value.value)
    if (typeof value === 'boolean') return new Float(Number(value))
    if (typeof value !== 'object') {
      return BigInt(Number(value)) === BigInt(value) ? new Float(Number(value)) : undefined
    }
    const text = textOf(value)
    if (text !== undefined && /^(NaN|-?Infinity)$/.test(text)) return new Float(Number(text))
    const number = numberOf(text)
    const double = Number(text)
    if (number === undefined || !Number.isFinite(double)) return undefined
    if (double === 0) return number.digits === 0n ? new Float(double) : undefined
    return keepsDigits(number, double) ? new Float(double) : undefined
  },

  boolean: (value) => {
    if (typeof value === 'boolean') return value
    if (typeof value !== 'object') return [false, true][Number(value)]
    const text = textOf(value)
    return text !== undefined && /^(true|false)$/i.test(text) ? text.toLowerCase() === 'true' : undefined
  },
}

/** The number `digits` * 10^`power`, the sign in the digits; `written` is how many digits there are. */
interface WrittenNumber {
  readonly digits: bigint
  readonly power: number
  readonly written: number
  readonly isScientific: boolean
}

function numberOf(text: string | undefined): WrittenNumber | undefined {
  const match = /^(-?\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text ?? '')
  if (match === null) return undefined
  const [, whole = '', decimals = '', exponent] = match
  const digits = BigInt(whole + decimals)
  const power = Number(exponent ?? 0) - decimals.length
  return { digits, power, written: (whole + decimals).length, isScientific: exponent !== undefined }
}

/** Whether the nearest double of a number is one that an integer may become. Fractions may always. */
function keepsDigits({ digits, power, written, isScientific }: WrittenNumber, double: number): boolean {
  if (Math.abs(power) > 400 + written) return true // Not between 2^53 and the largest double, where it matters.
  const scale = 10n ** BigInt(Math.abs(power))
  if (power < 0 && digits % scale !== 0n) return true
  const exact = power < 0 ? digits / scale : digits * scale
  if (!Number.isInteger(double)) return false
  if (BigInt(double) === exact) return true
  if (!isScientific) return false
  // Rounded to as many digits as are written, half away from zero, the double is the number; or it is printed so.
  const size = BigInt(Math.abs(double))
  const wanted = exact < 0n ? -exact : exact
  const unit = 10n ** BigInt(/0*$/.exec(String(wanted))![0].length)
  return ((2n * size + unit) / (2n * unit)) * unit === wanted || BigInt(printed(double)) === wanted
}

/** The shortest digits of a large double, zeros behind them. */
function printed(double: number): string {
  const [digits = '', exponent = ''] = Math.abs(double).toExponential().replace('.', '').split('e')
  return digits.padEnd(Number(exponent) + 1, '0')
}

function inRange(value: bigint): bigint | undefined {
  return value >= LEAST && value <= MOST ? value : undefined
}

function textOf(value: Exact): string | undefined {
  return value instanceof Text ? Buffer.from(value.bytes).toString('latin1') : undefined
}
