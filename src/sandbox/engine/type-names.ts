import {
  type DuckDBArrayType,
  type DuckDBDecimalType,
  type DuckDBListType,
  type DuckDBMapType,
  type DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId as Id,
} from '@duckdb/node-api'

/** How an engine of Treasure Data spells the types of DuckDB. */
interface Spelling {
  readonly scalars: Readonly<Partial<Record<Id, string>>>
  array(element: string): string
  map(key: string, value: string): string
  row(fields: readonly (readonly [name: string, type: string])[]): string
}

/** Unsigned types have no equal; each takes the next larger signed one. Values beyond 64 bits end the job. */
const PRESTO_SCALARS: Spelling['scalars'] = {
  [Id.BOOLEAN]: 'boolean',
  [Id.TINYINT]: 'tinyint',
  [Id.SMALLINT]: 'smallint',
  [Id.INTEGER]: 'integer',
  [Id.BIGINT]: 'bigint',
  [Id.UTINYINT]: 'smallint',
  [Id.USMALLINT]: 'integer',
  [Id.UINTEGER]: 'bigint',
  [Id.UBIGINT]: 'bigint',
  [Id.HUGEINT]: 'bigint',
  [Id.UHUGEINT]: 'bigint',
  [Id.FLOAT]: 'real',
  [Id.DOUBLE]: 'double',
  [Id.BLOB]: 'varbinary',
  [Id.DATE]: 'date',
  [Id.TIME]: 'time',
  [Id.TIMESTAMP]: 'timestamp',
  [Id.TIMESTAMP_S]: 'timestamp',
  [Id.TIMESTAMP_MS]: 'timestamp',
  [Id.TIMESTAMP_NS]: 'timestamp',
  [Id.TIMESTAMP_TZ]: 'timestamp with time zone',
  [Id.UUID]: 'uuid',
  [Id.SQLNULL]: 'unknown',
}

/** A field name as SQL needs it. */
function quoted(name: string): string {
  return /^[a-z_]\w*$/i.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}

const PRESTO: Spelling = {
  scalars: PRESTO_SCALARS,
  array: (element) => `array(${element})`,
  map: (key, value) => `map(${key},${value})`,
  row: (fields) =>
    `row(${fields.map(([name, type]) => (name ? `${quoted(name)} ${type}` : type)).join(',')})`,
}

const TRINO: Spelling = {
  ...PRESTO,
  scalars: {
    ...PRESTO_SCALARS,
    [Id.TIME]: 'time(6)',
    [Id.TIMESTAMP]: 'timestamp(3)',
    [Id.TIMESTAMP_S]: 'timestamp(3)',
    [Id.TIMESTAMP_MS]: 'timestamp(3)',
    [Id.TIMESTAMP_NS]: 'timestamp(3)',
    [Id.TIMESTAMP_TZ]: 'timestamp(3) with time zone',
  },
}

const HIVE: Spelling = {
  scalars: {
    ...PRESTO_SCALARS,
    [Id.INTEGER]: 'int',
    [Id.USMALLINT]: 'int',
    [Id.FLOAT]: 'float',
    [Id.BLOB]: 'binary',
    [Id.TIME]: 'string',
    [Id.TIMESTAMP_TZ]: 'timestamp',
    [Id.UUID]: 'string',
    [Id.SQLNULL]: 'void',
  },
  array: (element) => `array<${element}>`,
  map: (key, value) => `map<${key},${value}>`,
  row: (fields) =>
    `struct<${fields.map(([name, type], at) => `${name || `col${at + 1}`}:${type}`).join(',')}>`,
}

function spell(type: DuckDBType, spelling: Spelling): string {
  switch (type.typeId) {
    case Id.DECIMAL: {
      const { width, scale } = type as DuckDBDecimalType
      return `decimal(${width},${scale})`
    }
    case Id.LIST:
    case Id.ARRAY:
      return spelling.array(spell((type as DuckDBListType | DuckDBArrayType).valueType, spelling))
    case Id.MAP: {
      const { keyType, valueType } = type as DuckDBMapType
      return spelling.map(spell(keyType, spelling), spell(valueType, spelling))
    }
    case Id.STRUCT: {
      const { entryNames, entryTypes } = type as DuckDBStructType
      return spelling.row(entryTypes.map((entry, at) => [entryNames[at] ?? '', spell(entry, spelling)]))
    }
    default:
      return spelling.scalars[type.typeId] ?? (spelling === HIVE ? 'string' : 'varchar')
  }
}

/** The name of a type in `hive_result_schema`, as the engine of the job spells it. */
export function typeName(type: DuckDBType, engine: string): string {
  return spell(type, engine === 'hive' ? HIVE : engine === 'presto' ? PRESTO : TRINO)
}
