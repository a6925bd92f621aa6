import {
  DuckDBArrayType,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId as Id,
  TIMESTAMP,
  VARCHAR,
} from '@duckdb/node-api'

/** The types the packer reads; all others travel as the text DuckDB makes of them. */
const PACKED = new Set([
  ...[Id.BOOLEAN, Id.TINYINT, Id.SMALLINT, Id.INTEGER, Id.BIGINT, Id.UTINYINT, Id.USMALLINT, Id.UINTEGER],
  ...[Id.UBIGINT, Id.HUGEINT, Id.UHUGEINT, Id.FLOAT, Id.DOUBLE, Id.VARCHAR, Id.BLOB, Id.DATE, Id.TIMESTAMP],
  ...[Id.TIMESTAMP_TZ, Id.SQLNULL],
])

/** The type in which a value travels: itself, or what to cast it to. Decimals become exact text. */
function wireType(type: DuckDBType): DuckDBType {
  if (type instanceof DuckDBListType) return new DuckDBListType(wireType(type.valueType))
  if (type instanceof DuckDBArrayType) return new DuckDBArrayType(wireType(type.valueType), type.length)
  if (type instanceof DuckDBMapType)
    return new DuckDBMapType(wireType(type.keyType), wireType(type.valueType))
  if (type instanceof DuckDBStructType)
    return new DuckDBStructType([...type.entryNames], type.entryTypes.map(wireType))
  if ([Id.TIMESTAMP_S, Id.TIMESTAMP_MS, Id.TIMESTAMP_NS].includes(type.typeId)) return TIMESTAMP
  return PACKED.has(type.typeId) ? type : VARCHAR
}

/**
 * The query to run so that every column comes in a type the packer reads: the query itself, or one around it
 * that casts. Columns are named by position, because their names may repeat.
 */
export function withWireTypes(query: string, types: readonly DuckDBType[]): string {
  const targets = types.map((type) => ({ from: type.toString(), to: wireType(type).toString() }))
  if (targets.every(({ from, to }) => from === to)) return query
  const columns = targets.map(({ from, to }, at) =>
    from === to ? `#${at + 1}` : `CAST(#${at + 1} AS ${to})`,
  )
  // The line break ends a comment that the query may end with.
  return `SELECT ${columns.join(', ')} FROM (${query.replace(/[;\s]+$/, '')}\n)`
}
