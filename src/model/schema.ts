/**
 * A parsed SQL type of Trino, Presto or Hive. `unknown` keeps the text of a type that is not known: values of such a
 * column pass unchanged. Hive's `string` and TD's `long` appear as `varchar` and `bigint`.
 *
 * `kind` tells the types apart. `length` is in characters; `precision` and `scale` are in digits, of a time those of
 * its fraction of a second; `unit` is that of an interval as SQL writes it; `text` is a type as the record has it.
 */
export type SqlType =
  | {
      readonly kind:
        | 'boolean'
        | 'real'
        | 'double'
        | 'date'
        | 'varbinary'
        | 'json'
        | 'uuid'
        | 'ipaddress'
        | 'null'
    }
  | { readonly kind: 'tinyint' | 'smallint' | 'integer' | 'bigint' }
  | { readonly kind: 'varchar' | 'char'; readonly length?: number }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'time' | 'timestamp'; readonly precision?: number; readonly withTimeZone: boolean }
  | { readonly kind: 'interval'; readonly unit: string }
  | { readonly kind: 'array'; readonly element: SqlType }
  | { readonly kind: 'map'; readonly key: SqlType; readonly value: SqlType }
  | { readonly kind: 'row'; readonly fields: readonly RowField[] }
  | { readonly kind: 'unknown'; readonly text: string }

/** The name of a kind of type, the tag of {@link SqlType}. */
export type SqlKind = SqlType['kind']

/**
 * Groups of kinds, for code that treats many alike: `open` types are to be inferred from the values,
 * `nested` ones are made of other types.
 */
export const KIND_FAMILY = {
  boolean: 'boolean',
  tinyint: 'number',
  smallint: 'number',
  integer: 'number',
  bigint: 'number',
  real: 'number',
  double: 'number',
  decimal: 'number',
  varchar: 'text',
  char: 'text',
  json: 'text',
  uuid: 'text',
  ipaddress: 'text',
  varbinary: 'binary',
  date: 'time',
  time: 'time',
  timestamp: 'time',
  interval: 'time',
  array: 'nested',
  map: 'nested',
  row: 'nested',
  null: 'open',
  unknown: 'open',
} as const satisfies Readonly<Record<SqlKind, string>>

type KindOf<Family> = { [K in SqlKind]: (typeof KIND_FAMILY)[K] extends Family ? K : never }[SqlKind]

/** A type made of other types. */
export type NestedType = Extract<SqlType, { readonly kind: KindOf<'nested'> }>

/** Whether a type is made of other types. */
export function isNested(type: SqlType): type is NestedType {
  return KIND_FAMILY[type.kind] === 'nested'
}

/** A field of a SQL `row` or Hive `struct`; Trino allows fields without a name. */
export interface RowField {
  /** The name of the field; null where it has none. */
  readonly name: string | null
  /** Its SQL type. */
  readonly type: SqlType
}

/** The name of a type as Trino spells it, for messages and metadata. */
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
    case 'boolean':
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'real':
    case 'double':
    case 'varbinary':
    case 'date':
    case 'json':
    case 'uuid':
    case 'ipaddress':
    case 'null':
      return type.kind
    default:
      return type satisfies never
  }
}

/** One column of a result. */
export interface Column {
  /** The name in the job record; duplicates and the empty string are possible. */
  readonly name: string
  /** Its SQL type. */
  readonly type: SqlType
  /** The type in the job record, such as `varchar(32)`. */
  readonly typeText: string
}

/** The ordered columns of a result, parsed from `hive_result_schema`. */
export interface ResultSchema {
  /** The columns, in the order of the cells of a row. */
  readonly columns: readonly Column[]
  /** True if the job record has no schema: the columns are then `_col0`, `_col1`, … of unknown type. */
  readonly inferred: boolean
}
