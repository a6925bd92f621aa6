import {
  type DuckDBArrayType,
  type DuckDBDecimalType,
  type DuckDBListType,
  type DuckDBMapType,
  type DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId as Id,
} from '@duckdb/node-api'
import { decimal, type PlainKind, type Type, time, timestamp, VARCHAR, zoned } from './type.js'

const SAME: Readonly<Partial<Record<Id, PlainKind>>> = {
  [Id.BOOLEAN]: 'boolean',
  [Id.TINYINT]: 'tinyint',
  [Id.SMALLINT]: 'smallint',
  [Id.INTEGER]: 'integer',
  [Id.BIGINT]: 'bigint',
  [Id.FLOAT]: 'real',
  [Id.DOUBLE]: 'double',
  [Id.BLOB]: 'varbinary',
  [Id.DATE]: 'date',
  [Id.UUID]: 'uuid',
  [Id.INTERVAL]: 'interval day to second',
  [Id.SQLNULL]: 'unknown',
}

/** Unsigned types have no equal; each takes the next larger signed one. Values beyond 64 bits end the query. */
const OTHERS: Readonly<Partial<Record<Id, Type>>> = {
  [Id.UTINYINT]: { kind: 'smallint' },
  [Id.USMALLINT]: { kind: 'integer' },
  [Id.UINTEGER]: { kind: 'bigint' },
  [Id.UBIGINT]: { kind: 'bigint' },
  [Id.HUGEINT]: { kind: 'bigint' },
  [Id.UHUGEINT]: { kind: 'bigint' },
  [Id.TIMESTAMP_S]: timestamp(),
  [Id.TIMESTAMP_MS]: timestamp(),
  [Id.TIMESTAMP_NS]: timestamp(),
  [Id.ENUM]: VARCHAR,
}

interface Known {
  readonly type: Type
  readonly isCast: boolean
}

/** The type of Trino that a column of DuckDB has, and whether its values have to be cast for that. */
export function typeOfDuck(type: DuckDBType): Known {
  const kind = SAME[type.typeId]
  if (kind !== undefined) return { type: { kind }, isCast: false }
  const other = OTHERS[type.typeId]
  if (other !== undefined) return { type: other, isCast: true }
  switch (type.typeId) {
    case Id.VARCHAR:
      return type.alias === 'JSON'
        ? { type: { kind: 'json' }, isCast: true }
        : { type: VARCHAR, isCast: false }
    case Id.DECIMAL: {
      const { width, scale } = type as DuckDBDecimalType
      return { type: decimal(width, scale), isCast: false }
    }
    case Id.TIME:
      return { type: time(), isCast: false }
    case Id.TIMESTAMP:
      return { type: timestamp(), isCast: false }
    case Id.TIMESTAMP_TZ:
      return { type: zoned('UTC'), isCast: false }
    case Id.LIST:
    case Id.ARRAY: {
      const of = typeOfDuck((type as DuckDBListType | DuckDBArrayType).valueType)
      return { type: { kind: 'array', of: of.type }, isCast: of.isCast || type.typeId === Id.ARRAY }
    }
    case Id.MAP: {
      const { keyType, valueType } = type as DuckDBMapType
      const [key, value] = [typeOfDuck(keyType), typeOfDuck(valueType)]
      return { type: { kind: 'map', key: key.type, value: value.type }, isCast: key.isCast || value.isCast }
    }
    case Id.STRUCT: {
      const { entryNames, entryTypes } = type as DuckDBStructType
      const fields = entryTypes.map(typeOfDuck)
      return {
        type: {
          kind: 'row',
          fields: fields.map((field, i) => ({ name: entryNames[i] || undefined, type: field.type })),
        },
        isCast: fields.some(({ isCast }) => isCast) || entryNames.some((name) => !name),
      }
    }
    default:
      return { type: VARCHAR, isCast: true }
  }
}
