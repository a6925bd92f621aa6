import { SqlError } from '../sql/sql-error.js'
import type { TypeSyntax } from '../sql/syntax.js'

export type PlainKind =
  | (
      | 'boolean'
      | 'tinyint'
      | 'smallint'
      | 'integer'
      | 'bigint'
      | 'real'
      | 'double'
      | 'varbinary'
      | 'date'
      | 'json'
    )
  | ('uuid' | 'interval day to second' | 'interval year to month' | 'unknown')

export interface RowField {
  readonly name: string | undefined
  readonly type: Type
}

/** A type of Trino. */
export type Type =
  | { readonly kind: PlainKind }
  /** `literal`: the length is only that of a text in the query, and is shown by typeof alone. */
  | { readonly kind: 'varchar'; readonly length?: number; readonly literal?: true }
  /** DuckDB keeps the text with its spaces at the end. */
  | { readonly kind: 'char'; readonly length: number }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'time'; readonly precision: number }
  | { readonly kind: 'timestamp'; readonly precision: number }
  /** DuckDB keeps the instant alone; the zone is known from the query, or `undefined`, and then nothing may depend on it. */
  | {
      readonly kind: 'timestamp with time zone'
      readonly precision: number
      readonly zone: string | undefined
    }
  | { readonly kind: 'array'; readonly of: Type }
  | { readonly kind: 'map'; readonly key: Type; readonly value: Type }
  | { readonly kind: 'row'; readonly fields: readonly RowField[] }

export type Kind = Type['kind']

const plain = <K extends PlainKind>(kind: K): { readonly kind: K } => ({ kind })

export const BOOLEAN = plain('boolean')
export const INTEGER = plain('integer')
export const BIGINT = plain('bigint')
export const DOUBLE = plain('double')
export const DATE = plain('date')
export const JSON_TYPE = plain('json')
export const UNKNOWN = plain('unknown')
export const VARCHAR: Type = { kind: 'varchar' }

/** The longest text that Trino pads. */
export const LONGEST_CHAR = 65_536

export const char = (length: number): Type & { kind: 'char' } => ({ kind: 'char', length })
export const arrayOf = (of: Type): Type => ({ kind: 'array', of })
export const mapOf = (key: Type, value: Type): Type => ({ kind: 'map', key, value })
export const time = (precision = 3): Type => ({ kind: 'time', precision })
export const timestamp = (precision = 3): Type => ({ kind: 'timestamp', precision })
export const zoned = (zone: string | undefined, precision = 3): Type => ({
  kind: 'timestamp with time zone',
  precision,
  zone,
})
export const decimal = (precision: number, scale: number): Type => ({
  kind: 'decimal',
  precision: Math.min(38, Math.max(precision, scale, 1)),
  scale,
})

/** As Trino writes it: `array(varchar)`, `timestamp(3) with time zone`. `isExact`: with the length of literals. */
export function display(type: Type, isExact = false): string {
  switch (type.kind) {
    case 'varchar':
      return type.length === undefined || (type.literal && !isExact) ? 'varchar' : `varchar(${type.length})`
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`
    case 'timestamp':
      return `timestamp(${type.precision})`
    case 'timestamp with time zone':
      return `timestamp(${type.precision}) with time zone`
    case 'time':
      return `time(${type.precision})`
    case 'char':
      return `char(${type.length})`
    case 'array':
      return `array(${display(type.of, isExact)})`
    case 'map':
      return `map(${display(type.key, isExact)}, ${display(type.value, isExact)})`
    case 'row':
      return `row(${type.fields.map(({ name, type: field }) => (name ? `${rowName(name)} ` : '') + display(field, isExact)).join(', ')})`
    default:
      return type.kind
  }
}

/** A field name as SQL needs it. */
export function rowName(name: string): string {
  return /^[a-z_]\w*$/i.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}

const DUCK: Readonly<Record<PlainKind, string>> = {
  boolean: 'BOOLEAN',
  tinyint: 'TINYINT',
  smallint: 'SMALLINT',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  real: 'FLOAT',
  double: 'DOUBLE',
  varbinary: 'BLOB',
  date: 'DATE',
  json: 'VARCHAR',
  uuid: 'UUID',
  'interval day to second': 'INTERVAL',
  'interval year to month': 'INTERVAL',
  unknown: 'INTEGER',
}

/** The keys under which DuckDB keeps the fields of a row: their names, if they can be told apart. */
export function rowKeys(fields: readonly RowField[]): string[] {
  const names = fields.map(({ name }) => name?.toLowerCase())
  const areNames = names.every((name) => name) && new Set(names).size === names.length
  return fields.map(({ name }, i) => (areNames ? name! : `f${i + 1}`))
}

/** How deep the type is nested: lambdas within each other have names by it. */
export function depthOf(type: Type): number {
  switch (type.kind) {
    case 'array':
      return 1 + depthOf(type.of)
    case 'map':
      return 1 + Math.max(depthOf(type.key), depthOf(type.value))
    case 'row':
      return 1 + Math.max(0, ...type.fields.map(({ type: field }) => depthOf(field)))
    default:
      return 0
  }
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

/** The type in which DuckDB keeps the values. */
export function duck(type: Type): string {
  switch (type.kind) {
    case 'varchar':
    case 'char':
      return 'VARCHAR'
    case 'time':
      return 'TIME'
    case 'decimal':
      return `DECIMAL(${type.precision}, ${type.scale})`
    case 'timestamp':
      return 'TIMESTAMP'
    case 'timestamp with time zone':
      return 'TIMESTAMPTZ'
    case 'array':
      return `${duck(type.of)}[]`
    case 'map':
      return `MAP(${duck(type.key)}, ${duck(type.value)})`
    case 'row': {
      const keys = rowKeys(type.fields)
      return `STRUCT(${type.fields.map((field, i) => `${quoted(keys[i]!)} ${duck(field.type)}`).join(', ')})`
    }
    default:
      return DUCK[type.kind]
  }
}

const PLAIN_NAMES: Readonly<Record<string, PlainKind>> = {
  ...Object.fromEntries(Object.keys(DUCK).map((kind) => [kind, kind as PlainKind])),
  int: 'integer',
  'interval day': 'interval day to second',
  'interval year': 'interval year to month',
}

const HIVE_NAMES: Readonly<Record<string, Type>> = {
  string: VARCHAR,
  float: plain('real'),
  binary: plain('varbinary'),
}

const isNumber = (arg: TypeSyntax | number | undefined): arg is number => typeof arg === 'number'

/** Finer parts of a second are beyond DuckDB. */
export const FINEST = 6

function precisionOf({ args: [precision], at, name }: TypeSyntax): number {
  if (precision === undefined) return 3
  if (!isNumber(precision)) throw new SqlError(`Unknown type: ${name}`, at)
  if (precision > FINEST)
    throw new SqlError(`${name}(${precision}) is not supported by the sandbox, which keeps microseconds`, at)
  return precision
}

/** @throws SqlError for types that Trino does not know, or that the sandbox has no values of. */
export function typeOf(syntax: TypeSyntax, isHive = false): Type {
  const { name, args, at } = syntax
  const of = (arg: TypeSyntax | number | undefined): Type => {
    if (arg === undefined || isNumber(arg)) throw new SqlError(`Unknown type: ${name}`, at)
    return typeOf(arg, isHive)
  }
  const kind = PLAIN_NAMES[name]
  if (kind !== undefined && args.length === 0) return plain(kind)
  if (isHive && HIVE_NAMES[name]) return HIVE_NAMES[name]
  switch (name) {
    case 'varchar':
      return isNumber(args[0]) ? { kind: 'varchar', length: args[0] } : VARCHAR
    case 'decimal':
    case 'dec':
    case 'numeric':
      return decimal(isNumber(args[0]) ? args[0] : isHive ? 10 : 38, isNumber(args[1]) ? args[1] : 0)
    case 'char':
      if (isHive) break
      return charOf(isNumber(args[0]) ? args[0] : 1, at)
    case 'time':
      return time(precisionOf(syntax))
    case 'timestamp':
      return timestamp(precisionOf(syntax))
    case 'timestamp with time zone':
      return zoned(undefined, precisionOf(syntax))
    case 'array':
      return arrayOf(of(args[0]))
    case 'map':
      return mapOf(of(args[0]), of(args[1]))
    case 'row':
      return { kind: 'row', fields: args.map((arg, i) => ({ name: syntax.fields[i], type: of(arg) })) }
    case 'time with time zone':
    case 'ipaddress':
    case 'hyperloglog':
    case 'qdigest':
    case 'tdigest':
    case 'geometry':
      throw new SqlError(`the type ${name} is not supported by the sandbox`, at)
  }
  throw new SqlError(`Unknown type: ${name}`, at)
}

/** @throws SqlError for a length that Trino has not. */
export function charOf(length: number, at: number): Type & { kind: 'char' } {
  if (length > LONGEST_CHAR)
    throw new SqlError(`CHAR length must be in range [0, ${LONGEST_CHAR}], got ${length}`, at)
  return char(length)
}
