import type { Row, Value } from './values.js'

/**
 * What rows inherit from: nothing. V8 keeps an object whose own prototype is null as a hash table, twenty times slower
 * to make than one of a class; so rows have this empty, frozen prototype, and that has none.
 */
const NOTHING: object = Object.freeze(Object.create(null))

/** A maker of rows that all have the same shape: `names`, which are unique, in their order. */
export function rowShape(names: readonly string[]): (cells: readonly Value[]) => Row {
  const Row = generated(names) ?? assigned(names)
  Row.prototype = NOTHING
  return (cells) => new Row(cells)
}

type RowClass = { new (cells: readonly Value[]): Row; prototype: object }

/**
 * A constructor with one assignment for each column, which V8 compiles to plain stores. As no prototype has a setter
 * for it, `__proto__` is a name like any other. Names are JSON texts in the code, hence data and never code.
 */
function generated(names: readonly string[]): RowClass | undefined {
  const body = names.map((name, i) => `this[${JSON.stringify(name)}] = cells[${i}]`)
  try {
    return new Function(`return function Row(cells) {\n${body.join('\n')}\n}`)()
  } catch {
    // `--disallow-code-generation-from-strings`
    return undefined
  }
}

function assigned(names: readonly string[]): RowClass {
  return function Row(this: Row, cells: readonly Value[]) {
    for (let i = 0; i < names.length; i++) this[names[i]!] = cells[i]!
  } as unknown as RowClass
}
