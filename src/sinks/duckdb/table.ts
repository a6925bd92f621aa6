import type { Plan } from '../../model/plan.js'
import type { SqlType } from '../../model/schema.js'
import { uniqueNames } from '../../model/unique-names.js'

/** A quoted identifier: any text is a name. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** The names of the columns that rows of the plan have in a table. */
export function columnNames(plan: Plan): string[] {
  return uniqueNames(plan.columns.map(({ name }) => name))
}

/** `CREATE TABLE` for rows of the plan, which does nothing where the table exists. */
export function createTable(table: string, plan: Plan): string {
  const names = columnNames(plan)
  const columns = plan.columns.map(({ type }, i) => `${quoted(names[i]!)} ${duckDbType(type)}`)
  return `CREATE TABLE IF NOT EXISTS ${quoted(table)} (${columns.join(', ')})`
}

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
    case 'map':
    case 'row':
      return 'JSON'
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
