import type { CastTarget } from '../../src/model/plan.js'
import { type Exact, Float, Text } from './exact-decoder.js'
import { Refused } from './value-text.js'

const LEAST = -(2n ** 63n)
const MOST = 2n ** 64n - 1n

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
    if (typeof value === 'number' || typeof value === 'bigint') return value
    if (typeof value === 'boolean') return Number(value)
    if (value instanceof Float)
      return Number.isInteger(value.value) ? inRange(BigInt(value.value)) : undefined
    const text = textOf(value)
    return text !== undefined && /^-?\d+$/.test(text) ? inRange(BigInt(text)) : undefined
  },

  double: (value) => {
    if (value instanceof Float) return value.bits === 64 ? value : new Float(value.value)
    if (typeof value !== 'object') return new Float(Number(value))
    const text = textOf(value)
    const isNumber =
      text !== undefined && /^(-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|NaN|-?Infinity)$/.test(text)
    return isNumber ? new Float(Number(text)) : undefined
  },

  boolean: (value) => {
    if (typeof value === 'boolean') return value
    if (typeof value !== 'object') return [false, true][Number(value)]
    const text = textOf(value)
    return text !== undefined && /^(true|false)$/i.test(text) ? text.toLowerCase() === 'true' : undefined
  },
}

function inRange(value: bigint): bigint | undefined {
  return value >= LEAST && value <= MOST ? value : undefined
}

function textOf(value: Exact): string | undefined {
  return value instanceof Text ? Buffer.from(value.bytes).toString('latin1') : undefined
}
