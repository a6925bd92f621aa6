import { inspect } from 'node:util'
import type { ValueOptions } from './types.js'
import type { Row, Value } from './values.js'

/**
 * The default prototype of rows: without names. V8 keeps an object whose own prototype is null as a hash table, twenty times
 * slower to make than one of a class; so rows have this frozen prototype, and that has none. `console.log` shows them as what
 * they are to a program, an object with columns, and not as of a class without a name.
 */
const NOTHING: object = Object.freeze(
  Object.create(null, {
    [inspect.custom]: {
      value(this: Row) {
        return { ...this }
      },
    },
  }),
)

/** A maker of rows that all have the same shape: `names`, which are unique, in their order. */
export function rowShape(
  names: readonly string[],
  { prototype = 'null' }: Pick<ValueOptions, 'prototype'>,
): (cells: readonly Value[]) => Row {
  const isPlain = prototype === 'object'
  const Row = generated(names, isPlain) ?? assigned(names, isPlain)
  Row.prototype = isPlain ? Object.prototype : NOTHING
  return (cells) => new Row(cells)
}

type RowClass = { new (cells: readonly Value[]): Row; prototype: object }

/**
 * A constructor with one assignment for each column, which V8 compiles to plain stores. Names are JSON texts in the code,
 * hence data and never code. It has no name of its own, as some tools would show it.
 */
function generated(names: readonly string[], isPlain: boolean): RowClass | undefined {
  const body = names.map((name, i) =>
    isSetter(name, isPlain) ? `setOwn(this, cells[${i}])` : `this[${JSON.stringify(name)}] = cells[${i}]`,
  )
  try {
    return new Function('setOwn', `return function (cells) {\n${body.join('\n')}\n}`)(setOwn)
  } catch {
    // `--disallow-code-generation-from-strings`
    return undefined
  }
}

function assigned(names: readonly string[], isPlain: boolean): RowClass {
  return function (this: Row, cells: readonly Value[]) {
    for (let i = 0; i < names.length; i++) {
      if (isSetter(names[i]!, isPlain)) setOwn(this, cells[i]!)
      else this[names[i]!] = cells[i]!
    }
  } as unknown as RowClass
}

/** The one name whose assignment to a plain object does something else. */
function isSetter(name: string, isPlain: boolean): boolean {
  return isPlain && name === '__proto__'
}

function setOwn(row: Row, value: Value): void {
  Object.defineProperty(row, '__proto__', { value, enumerable: true, writable: true, configurable: true })
}
