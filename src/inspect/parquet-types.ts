import type { SchemaElement, SchemaTree } from 'hyparquet'

/** The type of a Parquet column in the words of SQL: `bigint`, `timestamp(6)`, `array(varchar)`. */
export function parquetType(tree: SchemaTree): string {
  const { element, children } = tree
  if (element.type !== undefined) return repeated(element, primitive(element))
  if (isList(element)) return `array(${children[0] === undefined ? '' : parquetType(listItem(children[0]))})`
  if (isMap(element)) {
    const [key, value] = children[0]?.children ?? []
    return `map(${key ? parquetType(key) : ''}, ${value ? parquetType(value) : ''})`
  }
  const fields = children.map((child) => `${child.element.name} ${parquetType(child)}`)
  return repeated(element, `row(${fields.join(', ')})`)
}

export function isList({ converted_type, logical_type }: SchemaElement): boolean {
  return converted_type === 'LIST' || logical_type?.type === 'LIST'
}

export function isMap({ converted_type, logical_type }: SchemaElement): boolean {
  return converted_type === 'MAP' || converted_type === 'MAP_KEY_VALUE' || logical_type?.type === 'MAP'
}

/** A list has a repeated group around its items; in old files the repeated field is the item itself. */
export function listItem(child: SchemaTree): SchemaTree {
  const [item, ...others] = child.children
  if (item !== undefined && others.length === 0) return item
  return { ...child, element: { ...child.element, repetition_type: 'REQUIRED' } }
}

function repeated({ repetition_type }: SchemaElement, type: string): string {
  return repetition_type === 'REPEATED' ? `array(${type})` : type
}

const PRIMITIVES: Readonly<Record<NonNullable<SchemaElement['type']>, string>> = {
  BOOLEAN: 'boolean',
  INT32: 'integer',
  INT64: 'bigint',
  INT96: 'timestamp(9)',
  FLOAT: 'real',
  DOUBLE: 'double',
  BYTE_ARRAY: 'varbinary',
  FIXED_LEN_BYTE_ARRAY: 'varbinary',
}

/** Those of the older annotations that say more than the primitive type, and are not looked at above. */
const CONVERTED: Readonly<Record<NonNullable<SchemaElement['converted_type']>, string | undefined>> = {
  UTF8: 'varchar',
  ENUM: 'varchar',
  JSON: 'json',
  DATE: 'date',
  TIME_MILLIS: 'time(3)',
  TIME_MICROS: 'time(6)',
  // Where nothing newer says otherwise they count from 1970 in UTC.
  TIMESTAMP_MILLIS: 'timestamp(3) with time zone',
  TIMESTAMP_MICROS: 'timestamp(6) with time zone',
  INT_8: 'tinyint',
  INT_16: 'smallint',
  INT_32: undefined,
  INT_64: undefined,
  // The least type that holds them all.
  UINT_8: 'smallint',
  UINT_16: 'integer',
  UINT_32: 'bigint',
  UINT_64: 'decimal(20,0)',
  INTERVAL: 'interval',
  BSON: undefined,
  DECIMAL: undefined,
  LIST: undefined,
  MAP: undefined,
  MAP_KEY_VALUE: undefined,
}

const FRACTION = { MILLIS: 3, MICROS: 6, NANOS: 9 } as const

function primitive(element: SchemaElement): string {
  const { type, converted_type: converted, logical_type: logical, precision, scale } = element
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') return `decimal(${precision},${scale ?? 0})`
  if (logical?.type === 'TIMESTAMP' || logical?.type === 'TIME') {
    const zone = logical.type === 'TIMESTAMP' && logical.isAdjustedToUTC ? ' with time zone' : ''
    return `${logical.type.toLowerCase()}(${FRACTION[logical.unit]})${zone}`
  }
  if (logical?.type === 'STRING') return 'varchar'
  if (logical?.type === 'UUID') return 'uuid'
  if (logical?.type === 'FLOAT16') return 'real'
  if (logical?.type === 'DATE') return 'date'
  if (logical?.type === 'INTEGER' && converted === undefined)
    return (
      CONVERTED[`${logical.isSigned ? 'INT' : 'UINT'}_${logical.bitWidth}` as keyof typeof CONVERTED] ??
      PRIMITIVES[type!]
    )
  return (converted && CONVERTED[converted]) ?? (type && PRIMITIVES[type]) ?? ''
}
