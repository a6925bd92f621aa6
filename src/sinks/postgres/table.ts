import type { Plan } from '../../model/plan.js'
import type { SqlType } from '../../model/schema.js'
import { uniqueNames } from '../../model/unique-names.js'

/** A table by its name, which is found by the search path, or by schema and name. Names are taken as they are. */
export type TableName = string | readonly [schema: string, table: string]

/** A quoted identifier: any text is a name. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function tableText(table: TableName): string {
  return typeof table === 'string' ? quoted(table) : table.map(quoted).join('.')
}

/** The names of the columns that rows of the plan have in a table. */
export function columnNames(plan: Plan): string[] {
  return uniqueNames(plan.columns.map(({ name }) => name))
}

/** `CREATE TABLE` for rows of the plan, which does nothing where the table exists. */
export function createTable(table: TableName, plan: Plan): string {
  const names = columnNames(plan)
  const columns = plan.columns.map(({ type }, i) => `${quoted(names[i]!)} ${postgresType(type)}`)
  return `CREATE TABLE IF NOT EXISTS ${tableText(table)} (${columns.join(', ')})`
}

/** The type that takes the text which the TSV encoder writes for values of `type`. */
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
