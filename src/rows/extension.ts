import { ExtData } from '@msgpack/msgpack'

/**
 * A msgpack extension that is no `Date`. It has the shape of `ExtData` of `@msgpack/msgpack`, and a row
 * function may return an `ExtData`, from whichever copy of that package.
 *
 * Format: https://github.com/msgpack/msgpack/blob/master/spec.md#extension-types
 */
export interface Extension {
  /** From -128 to 127; a program's own types are 0 and above. */
  readonly type: number
  /** The bytes after the type. */
  readonly data: Uint8Array
}

export function createExtension(type: number, data: Uint8Array): Extension {
  return new ExtData(type, data) as Extension
}

/**
 * Told by shape, as a program has its own copy of the class. An object without a class that has the same two keys is a
 * map.
 */
export function isExtension(value: unknown): value is Extension {
  if (value instanceof ExtData) return true
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  if (prototype === null || prototype === Object.prototype) return false
  const { type, data } = value as Partial<Extension>
  return typeof type === 'number' && data instanceof Uint8Array && Object.keys(value).length === 2
}
