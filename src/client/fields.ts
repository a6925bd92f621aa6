import type { JsonObject } from './json.js'

/*
 * Readers for the fields of API replies. The public clients have met nulls, empty texts, numbers in quotes and new
 * keys in them, so everything that is not what it should be reads as null instead of failing the whole reply.
 */

/** A field of the object itself; what its prototype has is none. */
export function field(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

/** A text; null where it is absent, empty or something else. */
export function text(object: JsonObject, name: string): string | null {
  const value = field(object, name)
  return typeof value === 'string' && value !== '' ? value : null
}

/** A finite number, also from its text; null for everything else. */
export function number(object: JsonObject, name: string): number | null {
  const value = field(object, name)
  const result = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof result === 'number' && Number.isFinite(result) ? result : null
}

/** A whole number from 0 on that a double holds exactly; null for everything else. */
export function count(object: JsonObject, name: string): number | null {
  const value = number(object, name)
  return value !== null && Number.isSafeInteger(value) && value >= 0 ? value : null
}

/** An id: a text or a whole number, as text; null for everything else. */
export function id(object: JsonObject, name: string): string | null {
  const value = field(object, name)
  return Number.isSafeInteger(value) ? String(value) : text(object, name)
}
