import type { RowField } from './schema.js'

/**
 * Names for formats in which a row is an object: a name that occurs again gets `_2`, `_3`, … until it is free, so
 * that no value is lost. Order is kept; names that are unique already are kept.
 */
export function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set(names)
  const seen = new Set<string>()
  return names.map((name) => {
    if (!seen.has(name)) {
      seen.add(name)
      return name
    }
    let n = 2
    while (taken.has(`${name}_${n}`)) n++
    const fresh = `${name}_${n}`
    taken.add(fresh)
    seen.add(fresh)
    return fresh
  })
}

/** The names of a row's fields where it is an object: those without a name are `field0`, `field1`, … by their place. */
export function fieldNames(fields: readonly RowField[]): string[] {
  return uniqueNames(fields.map(({ name }, i) => name ?? `field${i}`))
}
