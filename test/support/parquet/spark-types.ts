import type { SchemaElement } from 'hyparquet'

/**
 * What Spark makes of a leaf; undefined for one that makes it refuse the whole file. These are the rules of
 * `convertPrimitiveField` with the default settings of Spark 3.5, which knows no time of day:
 * https://github.com/apache/spark/blob/master/sql/core/src/main/scala/org/apache/spark/sql/execution/datasources/parquet/ParquetSchemaConverter.scala
 */
export function sparkType(leaf: SchemaElement): string | undefined {
  const { type, logical_type: logical } = leaf
  switch (type) {
    case 'BOOLEAN':
    case 'FLOAT':
    case 'DOUBLE':
      return type.toLowerCase()
    case 'INT32':
      if (logical?.type === 'DATE') return 'date'
      return integer(logical, { 8: 'byte', 16: 'short', 32: 'integer' }, 'integer') ?? decimal(leaf, 9)
    case 'INT64':
      if (logical?.type === 'TIMESTAMP' && logical.unit !== 'NANOS')
        return logical.isAdjustedToUTC ? 'timestamp' : 'timestamp_ntz'
      return integer(logical, { 64: 'long' }, 'long') ?? decimal(leaf, 18)
    case 'INT96':
      return 'timestamp'
    case 'BYTE_ARRAY':
      if (logical === undefined || logical.type === 'BSON') return 'binary'
      if (['STRING', 'ENUM', 'JSON'].includes(logical.type)) return 'string'
      return decimal(leaf, 38)
    case 'FIXED_LEN_BYTE_ARRAY':
      return logical === undefined ? 'binary' : decimal(leaf, 38)
    default:
      return undefined
  }
}

function integer(
  logical: SchemaElement['logical_type'],
  signed: Readonly<Record<number, string>>,
  plain: string,
): string | undefined {
  if (logical === undefined) return plain
  return logical.type === 'INTEGER' && logical.isSigned ? signed[logical.bitWidth] : undefined
}

function decimal({ logical_type: logical }: SchemaElement, digits: number): string | undefined {
  if (logical?.type !== 'DECIMAL' || logical.precision > digits) return undefined
  return `decimal(${logical.precision},${logical.scale})`
}
