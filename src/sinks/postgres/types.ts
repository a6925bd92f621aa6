import type { SqlType } from '../../model/schema.js'

/**
 * The column type that takes the text which the TSV encoder writes for values of `type`; see
 * https://www.postgresql.org/docs/current/datatype.html.
 */
export function postgresType(type: SqlType): string {
  switch (type.kind) {
    case 'boolean':
    case 'integer':
    case 'bigint':
    case 'real':
    case 'date':
    case 'uuid':
      return type.kind
    case 'tinyint':
    case 'smallint':
      return 'smallint'
    case 'double':
      return 'double precision'
    case 'decimal':
      return `numeric(${type.precision},${type.scale})`
    case 'time':
    case 'timestamp':
      return `${type.kind} ${type.withTimeZone ? 'with' : 'without'} time zone`
    case 'json':
    case 'array':
    case 'map':
    case 'row':
      return 'jsonb'
    case 'ipaddress':
      return 'inet'
    case 'varchar':
    case 'char':
    case 'varbinary':
    case 'interval':
    case 'unknown':
    case 'null':
      return 'text'
    default:
      return type satisfies never
  }
}
