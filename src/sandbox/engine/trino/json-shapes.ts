import { isInteger } from './coercion.js'
import { rowKeys, type Type } from './type.js'

/** Types that DuckDB converts to JSON in the same way as Trino; all others go in as text. */
export function jsonReady(type: Type): Type | undefined {
  switch (type.kind) {
    case 'boolean':
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'double':
    case 'real':
    case 'varchar':
    case 'unknown':
    case 'json':
      return type
    // By way of its text, with all of its digits.
    case 'decimal':
    case 'date':
    case 'timestamp':
      return { kind: 'varchar' }
    case 'array': {
      const of = jsonReady(type.of)
      return of && { kind: 'array', of }
    }
    case 'map': {
      const value = jsonReady(type.value)
      return value && { kind: 'map', key: { kind: 'varchar' }, value }
    }
    case 'row': {
      const fields = type.fields.map(({ name, type: field }) => ({ name, type: jsonReady(field) }))
      return fields.every((field): field is typeof field & { type: Type } => field.type !== undefined)
        ? { kind: 'row', fields }
        : undefined
    }
    default:
      return undefined
  }
}

/** The type, as far as it says how JSON is to be written; see `_json_of`. */
export function jsonShape(type: Type): string {
  switch (type.kind) {
    case 'array':
      return `[${jsonShape(type.of)}]`
    case 'map':
      return `{${jsonShape(type.value)}}`
    case 'row':
      return `(${type.fields.map(({ name, type: field }) => (name === undefined ? '~' : '') + jsonShape(field)).join('')})`
    case 'json':
    case 'decimal':
      return 'j'
    case 'double':
      return 'd'
    case 'real':
      return 'r'
    default:
      return 's'
  }
}

/** The conversion of JSON to a type, as `_json_cast` reads it; `undefined` for types that JSON has no values of. */
export function castShape(type: Type): string | undefined {
  switch (type.kind) {
    case 'boolean':
      return 'b'
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return 'i'
    case 'double':
    case 'real':
      return 'n'
    case 'decimal':
      return 'm'
    case 'varchar':
      return 's'
    case 'json':
      return 'j'
    case 'date':
    case 'timestamp':
      return 's'
    case 'array': {
      const of = castShape(type.of)
      return of && `[${of}]`
    }
    case 'map': {
      const value = type.key.kind === 'varchar' || isInteger(type.key) ? castShape(type.value) : undefined
      return value && `{${value}}`
    }
    case 'row': {
      const keys = rowKeys(type.fields)
      const fields = type.fields.map(({ type: field }, i) => {
        const shape = castShape(field)
        return shape && `${JSON.stringify(keys[i])}${shape}`
      })
      return fields.every((field) => field !== undefined) ? `(${fields.join('')})` : undefined
    }
    default:
      return undefined
  }
}
