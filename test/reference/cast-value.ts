import type { CastName, CastTarget } from '../../src/model/casts.js'
import { type Exact, Float, Text } from './exact-decoder.js'
import { Refused } from './value-text.js'

const LEAST = -(2n ** 63n)
const MOST = 2n ** 63n - 1n

/** The rules of a cast, except that nested values and bytes stay what they are for `varchar`. */
export function castValue(value: Exact, target: CastTarget): Exact {
  if (value === null) return null
  const [, name = '', precision, scale] = /^(\w+)(?:\((\d+),(\d+)\))?$/.exec(target)!
  const cast =
    name === 'decimal'
      ? decimal(value, Number(precision), Number(scale))
      : CASTS[name as Exclude<CastName, 'decimal'>](value)
  if (cast === undefined) throw new Refused('E_TYPE')
  return cast
}

const CASTS: Record<Exclude<CastName, 'decimal'>, (value: Exclude<Exact, null>) => Exact | undefined> = {
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

  date: (value) => {
    const [day, clock] = instantOf(value) ?? []
    return day !== undefined && /^00:00:00(\.0+)?$/.test(clock!) ? textFrom(day) : undefined
  },

  time: (value) => {
    const clock = textOf(value)
    return clock !== undefined && CLOCK.test(clock) ? value : undefined
  },

  timestamp: (value) => {
    const instant = instantOf(value)
    return instant && textFrom(instant.join(' '))
  },

  json: (value) => {
    if (value instanceof Float)
      return Number.isFinite(value.value) ? textFrom(String(value.value)) : undefined
    if (typeof value !== 'object') return textFrom(String(value))
    if (Array.isArray(value)) return value
    try {
      JSON.parse(textOf(value) ?? '')
      return value
    } catch {
      return undefined
    }
  },

  uuid: (value) => {
    const text = textOf(value)
    const isUuid = text !== undefined && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)
    return isUuid ? textFrom(text.toLowerCase()) : undefined
  },
}

const CLOCK = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9}0{0,3})?$/

/** Day and time of day, as texts; of numbers, which are seconds, and of texts. Not of msgpack's timestamps. */
function instantOf(value: Exclude<Exact, null>): readonly [string, string] | undefined {
  const seconds = value instanceof Float ? value.value : typeof value === 'object' ? undefined : Number(value)
  if (typeof value === 'boolean') return undefined
  if (seconds !== undefined) {
    const at = new Date(seconds * 1000)
    if (!Number.isInteger(seconds) || Number.isNaN(at.getTime())) return undefined
    const [day, clock] = at.toISOString().split('T') as [string, string]
    return /^(?!0000)\d{4}-/.test(day) ? [day, clock.slice(0, 8)] : undefined
  }
  const match = /^(\d{4}-\d\d-\d\d)(?:[ T]([^ Z+]*)(?: ?(?:UTC|Z|\+00:00))?)?$/.exec(textOf(value) ?? '')
  if (match === null) return undefined
  const [, day = '', clock = '00:00:00'] = match
  const at = new Date(`${day}T00:00:00Z`)
  const isDay = !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day)
  return isDay && CLOCK.test(clock) ? [day, clock] : undefined
}

function decimal(value: Exclude<Exact, null>, precision: number, scale: number): Text | undefined {
  const text =
    value instanceof Float
      ? String(value.value)
      : typeof value === 'object'
        ? textOf(value)
        : String(typeof value === 'boolean' ? Number(value) : value)
  const number = numberOf(text)
  if (number === undefined) return undefined
  if (number.digits === 0n) return textFrom((0).toFixed(scale))
  const power = number.power + scale
  if (power > 100 || power < -number.written) return undefined
  const step = 10n ** BigInt(Math.abs(power))
  if (power < 0 && number.digits % step !== 0n) return undefined
  const units = power < 0 ? number.digits / step : number.digits * step
  const digits = String(units < 0n ? -units : units)
  if (digits.length > precision) return undefined
  const padded = digits.padStart(scale + 1, '0')
  const point = padded.length - scale
  const sign = units < 0n ? '-' : ''
  return textFrom(`${sign}${padded.slice(0, point)}${scale === 0 ? '' : `.${padded.slice(point)}`}`)
}

function textFrom(text: string): Text {
  return new Text(Buffer.from(text))
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
