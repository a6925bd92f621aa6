import { Encoder } from '@msgpack/msgpack'
import { SluiceError } from '../errors.js'
import { createExtension, isExtension } from './extension.js'

const INT64_MIN = -(2n ** 63n)
const UINT64_MAX = 2n ** 64n - 1n

/**
 * Writes rows of JavaScript values as msgpack, so that the rows of a row function go through the same encoders as
 * those of the API. Integral numbers become integers, `bigint` a 64-bit integer, `undefined` NULL, `Date` a
 * timestamp, `Uint8Array` binary, a `Map` with text keys a map.
 */
export function createRowWriter(): (cells: readonly unknown[]) => Uint8Array {
  const encoder = new Encoder({ useBigInt64: true })
  return (cells) => encoder.encode(cells.map(encodable))
}

function encodable(value: unknown): unknown {
  if (value === undefined) return null
  if (typeof value === 'bigint') return checkRange(value)
  if (typeof value === 'function' || typeof value === 'symbol') {
    throw new SluiceError('E_TYPE', `a row function returned a ${typeof value}, which no format can hold`)
  }
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date || ArrayBuffer.isView(value)) return value
  if (Array.isArray(value)) return value.map(encodable)
  if (isExtension(value)) return createExtension(value.type, value.data)
  const object: Record<string, unknown> = Object.create(null)
  const entries = value instanceof Map ? value.entries() : Object.entries(value)
  for (const [key, item] of entries) object[String(key)] = encodable(item)
  return object
}

function checkRange(value: bigint): bigint {
  if (value >= INT64_MIN && value <= UINT64_MAX) return value
  throw new SluiceError('E_TYPE', `the integer ${value} does not fit into 64 bits`)
}
