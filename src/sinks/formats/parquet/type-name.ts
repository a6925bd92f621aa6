import type { SqlType } from '../../../model/schema.js'

/** A SQL type as Trino spells it, for messages and metadata. */
export function typeName(type: SqlType): string {
  switch (type.kind) {
    case 'array':
      return `array(${typeName(type.element)})`
    case 'map':
      return `map(${typeName(type.key)}, ${typeName(type.value)})`
    case 'row':
      return `row(${type.fields.map((field) => [field.name, typeName(field.type)].filter(Boolean).join(' ')).join(', ')})`
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`
    case 'varchar':
    case 'char':
      return type.length === undefined ? type.kind : `${type.kind}(${type.length})`
    case 'time':
    case 'timestamp': {
      const precision = type.precision === undefined ? '' : `(${type.precision})`
      return type.kind + precision + (type.withTimeZone ? ' with time zone' : '')
    }
    case 'interval':
      return `interval ${type.unit}`
    case 'unknown':
      return type.text
    default:
      return type.kind
  }
}
