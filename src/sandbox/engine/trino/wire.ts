import { coerce } from './cast.js'
import { isSame } from './coercion.js'
import { duck, rowKeys, type Type, VARCHAR } from './type.js'
import { sqlName, sqlText } from './typed.js'
import { localOf } from './zone.js'

/** Kinds that the packer writes unchanged. Decimals, intervals, times and ids travel as text. */
const PACKED: ReadonlySet<Type['kind']> = new Set([
  ...([
    'boolean',
    'tinyint',
    'smallint',
    'integer',
    'bigint',
    'real',
    'double',
    'varchar',
    'char',
    'varbinary',
    'date',
  ] as const),
  ...(['timestamp', 'json', 'unknown'] as const),
])

const isPacked = (type: Type): boolean => {
  switch (type.kind) {
    case 'array':
      return isPacked(type.of)
    case 'map':
      return isPacked(type.key) && isPacked(type.value)
    case 'row':
      return type.fields.every((field) => isPacked(field.type))
    case 'timestamp with time zone':
      return type.zone === 'UTC'
    default:
      return PACKED.has(type.kind)
  }
}

/** A value as it travels. */
export function toWire(sql: string, type: Type, depth = 0): string {
  if (isPacked(type)) return sql
  const name = `w${depth}`
  switch (type.kind) {
    case 'array':
      return `list_transform(${sql}, lambda ${name}: ${toWire(name, type.of, depth + 1)})`
    case 'map': {
      const [key, value] = [
        toWire(`${name}.key`, type.key, depth + 1),
        toWire(`${name}.value`, type.value, depth + 1),
      ]
      return `map_from_entries(list_transform(map_entries(${sql}), lambda ${name}: struct_pack(k := ${key}, v := ${value})))`
    }
    case 'row': {
      const keys = rowKeys(type.fields)
      const fields = type.fields.map(
        (field, i) =>
          `${sqlName(keys[i]!)} := ${toWire(`${name}.${sqlName(keys[i]!)}`, field.type, depth + 1)}`,
      )
      return `list_transform([${sql}], lambda ${name}: CASE WHEN ${name} IS NOT NULL THEN struct_pack(${fields.join(', ')}) END)[1]`
    }
    case 'timestamp with time zone':
      return `_timestamp_text(epoch_us(${localOf(sql, type)}), 3) || ${sqlText(` ${type.zone}`)}`
    default:
      return isSame(type, VARCHAR) ? sql : coerce({ sql, type, at: 0 }, VARCHAR).sql
  }
}

/** A value as a table keeps it: JSON is marked as such. */
export function toStored(sql: string, type: Type): string {
  return type.kind === 'json' ? `CAST(${sql} AS JSON)` : `CAST(${sql} AS ${duck(type)})`
}
