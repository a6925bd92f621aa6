import { paramType } from '../sql/param-types.js'
import type { SqlScalar, SqlValue } from '../sql/value.js'
import type { ManifestExport } from './schema.js'

/** A parameter as a manifest has it. */
export type ManifestParam = NonNullable<ManifestExport['params']>[string]

type Scalar = string | number | boolean | null

/**
 * The value of a parameter for a query.
 *
 * @param fill fills in the placeholders of a text
 * @throws RangeError for a value that is not of its type.
 */
export function paramOf(param: ManifestParam, fill: (template: string) => string): SqlValue {
  if (Array.isArray(param)) return param.map((item) => one(item, fill))
  if (typeof param !== 'object' || param === null) return plain(param as Scalar, fill)
  const [type, value] = onlyEntry(param)
  return Array.isArray(value)
    ? value.map((item) => typed(type, item, fill))
    : typed(type, value as Scalar, fill)
}

function one(item: Scalar | object, fill: (template: string) => string): SqlScalar {
  if (typeof item !== 'object' || item === null) return plain(item as Scalar, fill)
  const [type, value] = onlyEntry(item)
  if (Array.isArray(value)) throw new RangeError('a list is in a list')
  return typed(type, value, fill)
}

function onlyEntry(param: object) {
  const entries = Object.entries(param)
  if (entries.length !== 1) throw new RangeError('a value has one type, such as { date: 2026-01-31 }')
  return entries[0]!
}

function plain(value: Scalar, fill: (template: string) => string): SqlScalar {
  if (typeof value === 'string') return fill(value)
  return typeof value === 'number' ? exact(value) : value
}

function typed(type: string, value: Scalar, fill: (template: string) => string): SqlScalar {
  if (value === null) return null
  if (typeof value === 'string') return paramType(type)(fill(value))
  return paramType(type)(String(typeof value === 'number' ? exact(value) : value))
}

/** YAML has read it as a double already. */
function exact(value: number): number {
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return value
  throw new RangeError(`${value} is beyond 2^53: write it as { int: '…' } or { decimal: '…' }, in quotes`)
}
