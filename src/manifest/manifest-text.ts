import { requireShape } from '../errors.js'
import { labelOf, type Path } from './problems.js'

/**
 * The text of a manifest that is an object.
 *
 * @throws SluiceError `E_USAGE` for values that YAML does not have, such as functions and dates.
 */
export function manifestText(manifest: unknown): string {
  requireShape(isMapping(manifest), 'the manifest', 'a path, a file: URL or an object')
  return JSON.stringify(plain(manifest, [], new Set()), null, 2)
}

function plain(value: unknown, path: Path, around: Set<unknown>): unknown {
  if (value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value)) return value
  const isList = Array.isArray(value)
  const what = path.length === 0 ? 'the manifest' : `${labelOf(path)} of the manifest`
  requireShape(isList || isMapping(value), what, 'a text, a number, true, false, null, a list or an object')
  requireShape(!around.has(value), what, 'something that does not hold itself')
  around.add(value)
  const copy = isList
    ? value.map((item, i) => plain(item, [...path, i], around))
    : Object.fromEntries(
        Object.entries(value as object).flatMap(([key, item]) =>
          item === undefined ? [] : [[key, plain(item, [...path, key], around)]],
        ),
      )
  around.delete(value)
  return copy
}

/** A plain object: a Date, a Map or a class would lose what it holds. */
function isMapping(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
