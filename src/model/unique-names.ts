import type { RowField } from './schema.js'

/**
 * Names for formats in which a row is an object: a name that occurs again gets `_2`, `_3`, … until it is free, so
 * that no value is lost. Order is kept; names that are unique already are kept.
 *
 * @param ignoresCase whether `a` and `A` are one name
 */
export function uniqueNames(names: readonly string[], ignoresCase = false): string[] {
  const keyOf = (name: string) => (ignoresCase ? name.toLowerCase() : name)
  const taken = new Set(names.map(keyOf))
  const seen = new Set<string>()
  return names.map((name) => {
    if (!seen.has(keyOf(name))) {
      seen.add(keyOf(name))
      return name
    }
    let n = 2
    while (taken.has(keyOf(`${name}_${n}`))) n++
    const fresh = `${name}_${n}`
    taken.add(keyOf(fresh))
    seen.add(keyOf(fresh))
    return fresh
  })
}

/** The names of a row's fields where it is an object: those without a name are `field0`, `field1`, … by their place. */
export function fieldNames(fields: readonly RowField[]): string[] {
  return uniqueNames(fields.map(({ name }, i) => name ?? `field${i}`))
}
