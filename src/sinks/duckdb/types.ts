import type { SqlType } from '../../model/schema.js'
import { fieldNames } from '../../model/unique-names.js'
import type { Holds } from '../tables/column.js'
import { quoted } from '../tables/names.js'
import { nestedCell } from './nested.js'
import { nestedType } from './nested-types.js'

/** The type of a column for values of `type`; see https://duckdb.org/docs/stable/sql/data_types/overview. */
export function duckDbType(type: SqlType): string {
  switch (type.kind) {
    case 'boolean':
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'double':
    case 'date':
    case 'uuid':
    case 'json':
      return type.kind.toUpperCase()
    case 'real':
      return 'FLOAT'
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`
    case 'varbinary':
      return 'BLOB'
    case 'time':
      return type.withTimeZone ? 'TIMETZ' : 'TIME'
    case 'timestamp':
      return type.withTimeZone ? 'TIMESTAMPTZ' : 'TIMESTAMP'
    case 'array':
      return `${duckDbType(type.element)}[]`
    case 'map':
      return `MAP(${duckDbType(type.key)}, ${duckDbType(type.value)})`
    case 'row': {
      const names = fieldNames(type.fields)
      return `STRUCT(${type.fields.map((field, i) => `${quoted(names[i]!)} ${duckDbType(field.type)}`).join(', ')})`
    }
    case 'varchar':
    case 'char':
    case 'interval':
    case 'ipaddress':
    case 'unknown':
    case 'null':
      return 'VARCHAR'
    default:
      return type satisfies never
  }
}

const INTEGERS: Readonly<Record<string, readonly [bits: bigint, signed: boolean]>> = {
  TINYINT: [8n, true],
  SMALLINT: [16n, true],
  INTEGER: [32n, true],
  BIGINT: [64n, true],
  HUGEINT: [128n, true],
  UTINYINT: [8n, false],
  USMALLINT: [16n, false],
  UINTEGER: [32n, false],
  UBIGINT: [64n, false],
  UHUGEINT: [128n, false],
}

/** Digits of a fraction of a second. */
const TIMESTAMPS: Readonly<Record<string, number>> = {
  TIMESTAMP: 6,
  TIMESTAMP_S: 0,
  TIMESTAMP_MS: 3,
  TIMESTAMP_NS: 9,
}

/** More digits than any number has. */
const MOST_DIGITS = 1_000_000

/** The values that a type of DuckDB can hold, by its name. */
export function duckDbHolds(type: string): Holds {
  if (Object.hasOwn(INTEGERS, type)) {
    const [bits, signed] = INTEGERS[type]!
    const most = 2n ** (signed ? bits - 1n : bits) - 1n
    return { kind: 'integer', least: signed ? -most - 1n : 0n, most }
  }
  if (Object.hasOwn(TIMESTAMPS, type))
    return { kind: 'timestamp', digits: TIMESTAMPS[type]!, withZone: false }
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(type)
  if (decimal !== null) return { kind: 'decimal', precision: Number(decimal[1]), scale: Number(decimal[2]) }
  // It takes no other text than one of its labels.
  if (/^ENUM\(.*\)$/s.test(type)) return { kind: 'form', accepts: () => true }
  const nested = nestedType(type)
  if (nested !== undefined)
    return { kind: 'own', cells: (sqlType) => nestedCell(nested, sqlType, duckDbHolds) }
  switch (type) {
    case 'INTERVAL':
      return { kind: 'interval' }
    case 'BOOLEAN':
      return { kind: 'boolean' }
    case 'FLOAT':
      return { kind: 'real' }
    case 'DOUBLE':
      return { kind: 'double' }
    case 'BIGNUM':
      return { kind: 'decimal', precision: MOST_DIGITS, scale: 0 }
    case 'VARCHAR':
      return { kind: 'text' }
    case 'BLOB':
      return { kind: 'bytes' }
    case 'DATE':
      return { kind: 'date' }
    case 'TIME':
    case 'TIME_NS':
      return { kind: 'time', digits: type === 'TIME' ? 6 : 9, withOffset: false }
    case 'TIME WITH TIME ZONE':
      return { kind: 'time', digits: 6, withOffset: true }
    case 'TIMESTAMP WITH TIME ZONE':
      return { kind: 'timestamp', digits: 6, withZone: true }
    case 'UUID':
      return { kind: 'uuid' }
    case 'JSON':
      return { kind: 'json', parsed: false }
    case 'BIT':
      return { kind: 'form', accepts: (text) => /^[01]+$/.test(text) }
    default:
      return { kind: 'nothing' }
  }
}
