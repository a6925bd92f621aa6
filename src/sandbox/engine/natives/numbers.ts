import { native } from './native.js'

const LIMITS: Readonly<Record<string, bigint>> = { tinyint: 7n, smallint: 15n, integer: 31n, bigint: 63n }

/** As Java's Long.parseLong reads it: no point, no white space. */
function parseInteger(text: string, type: string): bigint {
  const bound = 1n << LIMITS[type]!
  const value = /^[+-]?\d+$/.test(text) ? BigInt(text.replace(/^\+/, '')) : bound
  if (value >= bound || value < -bound)
    throw new Error(
      `INVALID_CAST_ARGUMENT: Cannot cast '${text}' to ${type.toUpperCase().replace('INTEGER', 'INT')}`,
    )
  return value
}

/** As Java's Double.parseDouble reads it. */
function parseDouble(text: string): number {
  const trimmed = text.trim().replace(/[dDfF]$/, '')
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(trimmed)) return Number(trimmed)
  const special = /^([+-]?)(Infinity|NaN)$/.exec(text.trim())
  if (special) return special[2] === 'NaN' ? Number.NaN : special[1] === '-' ? -Infinity : Infinity
  throw new Error(`INVALID_CAST_ARGUMENT: Cannot cast '${text}' to DOUBLE`)
}

/** Whole units of the last digit, halves rounded away from zero. */
function divideRounded(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor
  const rest = dividend - quotient * divisor
  const twice = (rest < 0n ? -rest : rest) * 2n
  const size = divisor < 0n ? -divisor : divisor
  if (twice < size) return quotient
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n
}

/** A decimal as its digits and how many of them are behind the point. */
function unscaled(text: string): { value: bigint; scale: number } {
  const match = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?\s*$/.exec(text)
  const [, sign, whole = '', part = '', exponent = '0'] = match ?? []
  if (!match || (whole === '' && part === ''))
    throw new Error(`INVALID_CAST_ARGUMENT: Cannot cast '${text}' to DECIMAL`)
  const value = BigInt(whole + part)
  return { value: sign === '-' ? -value : value, scale: part.length - Number(exponent) }
}

function withScale({ value, scale }: { value: bigint; scale: number }, wanted: number): bigint {
  return wanted >= scale
    ? value * 10n ** BigInt(wanted - scale)
    : divideRounded(value, 10n ** BigInt(scale - wanted))
}

/** A number with `scale` digits behind the point, if it has room. */
function fitted(
  number: ReturnType<typeof unscaled>,
  precision: number,
  scale: number,
  what: string,
  end = '',
): string {
  const value = withScale(number, scale)
  if ((value < 0n ? -value : value) >= 10n ** BigInt(precision))
    throw new Error(`INVALID_CAST_ARGUMENT: Cannot cast ${what} to DECIMAL(${precision}, ${scale})${end}`)
  return decimalText(value, scale)
}

function decimalText(value: bigint, scale: number): string {
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  return `${value < 0n ? '-' : ''}${whole}${scale > 0 ? `.${digits.slice(-scale)}` : ''}`
}

/** `1.5E0`: https://github.com/trinodb/trino DoubleOperators castToVarchar, format `0.0###################E0`. */
export function scientificText(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  if (value === 0) return Object.is(value, -0) ? '-0.0E0' : '0.0E0'
  const [mantissa, exponent] = value.toExponential().split('e')
  return `${mantissa!.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`
}

/** The number with the fewest digits that is the same in 32 bits. */
function shortest(value: number): number {
  for (let digits = 1; digits <= 9; digits++) {
    const near = Number(value.toPrecision(digits))
    if (Math.fround(near) === value) return near
  }
  return value
}

const realText = (value: number): string => scientificText(shortest(value))

/** As Java's Float.toString. */
export const javaFloat = (value: number): string => javaDouble(shortest(value))

/** As Java's Double.toString: plain between 0.001 and 10 million. */
export function javaDouble(value: number): string {
  const size = Math.abs(value)
  if (!Number.isFinite(value)) return String(value)
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  if (size < 1e-3 || size >= 1e7) return scientificText(value)
  const text = String(value)
  return text.includes('.') ? text : `${text}.0`
}

function toBase(value: bigint, radix: number): string {
  if (radix < 2 || radix > 36) throw new Error('INVALID_FUNCTION_ARGUMENT: Radix must be between 2 and 36')
  return value.toString(radix)
}

function fromBase(text: string, radix: number): bigint {
  const digits = text.toLowerCase().replace(/^[+-]/, '')
  const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz'.slice(0, radix)
  if (radix < 2 || radix > 36 || digits === '' || [...digits].some((digit) => !alphabet.includes(digit)))
    throw new Error(`INVALID_FUNCTION_ARGUMENT: Not a valid base-${radix} number: ${text}`)
  const value = [...digits].reduce((sum, digit) => sum * BigInt(radix) + BigInt(alphabet.indexOf(digit)), 0n)
  return text.startsWith('-') ? -value : value
}

function bitCount(value: bigint, bits: number): bigint {
  if (bits < 2 || bits > 64)
    throw new Error('INVALID_FUNCTION_ARGUMENT: Bits specified in bit_count must be between 2 and 64')
  if (BigInt.asIntN(bits, value) !== value)
    throw new Error(
      `INVALID_FUNCTION_ARGUMENT: Number must be representable with the bits specified. ${value} can not be represented with ${bits} bits`,
    )
  return BigInt(BigInt.asUintN(bits, value).toString(2).replaceAll('0', '').length)
}

function widthBucket(x: number, low: number, high: number, count: number): bigint {
  if (count <= 0) throw new Error('INVALID_FUNCTION_ARGUMENT: bucketCount must be greater than 0')
  if (low === high) throw new Error('INVALID_FUNCTION_ARGUMENT: bounds cannot equal each other')
  const [from, to] = [Math.min(low, high), Math.max(low, high)]
  let bucket = x < from ? 0 : x >= to ? count + 1 : Math.floor((count * (x - from)) / (to - from) + 1)
  if (low > high) bucket = count - bucket + 1
  return BigInt(bucket)
}

const normalCdf = (x: number): number => {
  // Abramowitz and Stegun's series of the error function, to full double precision.
  const z = Math.abs(x) / Math.SQRT2
  if (z > 6) return x > 0 ? 1 : 0
  let [sum, term] = [z, z]
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (-z * z) / n
    sum += term / (2 * n + 1)
    if (n > 400) break
  }
  const erf = (2 / Math.sqrt(Math.PI)) * sum
  return x < 0 ? (1 - erf) / 2 : (1 + erf) / 2
}

function inverseNormalCdf(mean: number, sd: number, p: number): number {
  if (!(p > 0 && p < 1))
    throw new Error('INVALID_FUNCTION_ARGUMENT: inverseNormalCdf Function: 0 < p < 1 required')
  if (!(sd > 0)) throw new Error('INVALID_FUNCTION_ARGUMENT: inverseNormalCdf Function: sd > 0 required')
  if (p === 0.5) return mean
  // By halves: what lies between two doubles next to each other is the answer.
  let [low, high] = [-40, 40]
  for (let middle = 0; low < middle || middle < high; middle = (low + high) / 2) {
    if (normalCdf(middle) < p) low = middle
    else high = middle
    if (middle === (low + high) / 2) break
  }
  return mean + sd * ((low + high) / 2)
}

/** https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval#Wilson_score_interval */
function wilson(successes: number, trials: number, z: number, side: number): number {
  if (successes < 0) throw new Error('INVALID_FUNCTION_ARGUMENT: number of successes must not be negative')
  if (trials <= 0) throw new Error('INVALID_FUNCTION_ARGUMENT: number of trials must be positive')
  if (successes > trials)
    throw new Error('INVALID_FUNCTION_ARGUMENT: number of successes must not be larger than number of trials')
  if (z < 0) throw new Error('INVALID_FUNCTION_ARGUMENT: z-score must not be negative')
  const p = successes / trials
  const spread = z * Math.sqrt((p * (1 - p)) / trials + (z * z) / (4 * trials * trials))
  return (p + (z * z) / (2 * trials) + side * spread) / (1 + (z * z) / trials)
}

/** https://trino.io/docs/current/functions/math.html and casts of numbers. */
export const NUMBERS = [
  native('_integer', ['text', 'text'], 'long', parseInteger),
  native('_double', ['text'], 'number', parseDouble),
  native('_decimal', ['text', 'number', 'number'], 'text', (text, precision, scale) =>
    fitted(unscaled(text), precision, scale, `VARCHAR '${text}'`, '. Value too large.'),
  ),
  native('_number_decimal', ['text', 'number', 'number', 'text'], 'text', (text, precision, scale, type) => {
    if (!/\d/.test(text))
      throw new Error(
        `INVALID_CAST_ARGUMENT: Cannot cast ${type} '${text}' to DECIMAL(${precision}, ${scale})`,
      )
    return fitted(unscaled(text), precision, scale, `${type} '${text}'`)
  }),
  native('_boolean', ['text'], 'boolean', (text) => {
    const lower = text.toLowerCase()
    if (['t', 'true', '1'].includes(lower)) return true
    if (['f', 'false', '0'].includes(lower)) return false
    throw new Error(`INVALID_CAST_ARGUMENT: Cannot cast '${text}' to BOOLEAN`)
  }),
  native('_double_text', ['number'], 'text', scientificText),
  native('_real_text', ['number'], 'text', realText),
  native('_decimal_divide', ['text', 'text', 'number'], 'text', (dividend, divisor, scale) => {
    const [a, b] = [unscaled(dividend), unscaled(divisor)]
    if (b.value === 0n) throw new Error('DIVISION_BY_ZERO: Division by zero')
    const shift = scale + b.scale - a.scale
    const quotient =
      shift >= 0
        ? divideRounded(a.value * 10n ** BigInt(shift), b.value)
        : divideRounded(a.value, b.value * 10n ** BigInt(-shift))
    return decimalText(quotient, scale)
  }),
  native('_java_double', ['number'], 'text', javaDouble),
  native('_shift_left', ['long', 'number', 'int'], 'long', (value, shift, bits) =>
    shift >= bits ? 0n : BigInt.asIntN(bits, value << BigInt(shift)),
  ),
  native('_shift_right', ['long', 'number', 'int'], 'long', (value, shift, bits) =>
    shift >= bits ? 0n : BigInt.asIntN(bits, BigInt.asUintN(bits, value) >> BigInt(shift)),
  ),
  native('_shift_right_arithmetic', ['long', 'number', 'int'], 'long', (value, shift, bits) =>
    shift >= bits ? (value < 0n ? -1n : 0n) : value >> BigInt(shift),
  ),
  native('_bit_count', ['long', 'number'], 'long', bitCount),
  native('_ln', ['number'], 'number', Math.log),
  native('_log2', ['number'], 'number', Math.log2),
  native('_log10', ['number'], 'number', Math.log10),
  native('_log', ['number', 'number'], 'number', (base, x) => Math.log(x) / Math.log(base)),
  native('_exp', ['number'], 'number', Math.exp),
  native('_sqrt', ['number'], 'number', Math.sqrt),
  native('_cbrt', ['number'], 'number', Math.cbrt),
  native('_power', ['number', 'number'], 'number', (x, y) => x ** y),
  native('_sin', ['number'], 'number', Math.sin),
  native('_cos', ['number'], 'number', Math.cos),
  native('_tan', ['number'], 'number', Math.tan),
  native('_asin', ['number'], 'number', Math.asin),
  native('_acos', ['number'], 'number', Math.acos),
  native('_atan', ['number'], 'number', Math.atan),
  native('_atan2', ['number', 'number'], 'number', Math.atan2),
  native('_sinh', ['number'], 'number', Math.sinh),
  native('_cosh', ['number'], 'number', Math.cosh),
  native('_tanh', ['number'], 'number', Math.tanh),
  native('_round', ['number', 'number'], 'number', (x, digits) => {
    if (!Number.isFinite(x)) return x
    const factor = 10 ** digits
    const scaled = Math.abs(x) * factor
    if (!Number.isFinite(scaled)) return x
    return (Math.sign(x) * Math.floor(scaled + 0.5)) / factor
  }),
  native('_truncate', ['number', 'number'], 'number', (x, digits) => {
    const factor = 10 ** digits
    return Number.isFinite(x * factor) ? Math.trunc(x * factor) / factor : x
  }),
  native('_to_base', ['long', 'number'], 'text', toBase),
  native('_from_base', ['text', 'number'], 'long', (text, radix) => {
    const value = fromBase(text, radix)
    if (BigInt.asIntN(64, value) !== value)
      throw new Error(`INVALID_FUNCTION_ARGUMENT: Not a valid base-${radix} number: ${text}`)
    return value
  }),
  native('_width_bucket', ['number', 'number', 'number', 'number'], 'long', widthBucket),
  native('_inverse_normal_cdf', ['number', 'number', 'number'], 'number', inverseNormalCdf),
  native('_wilson', ['number', 'number', 'number', 'number'], 'number', wilson),
  native('_normal_cdf', ['number', 'number', 'number'], 'number', (mean, sd, x) =>
    normalCdf((x - mean) / sd),
  ),
]
