/** A table by name, found by the search path, or by schema and name. Names are quoted: any text is one. */
export type TableName = string | readonly [schema: string, table: string]

/** A quoted identifier: any text is a name. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** The quoted name of a table. */
export function tableText(table: TableName): string {
  return typeof table === 'string' ? quoted(table) : table.map(quoted).join('.')
}

/** A table of another name in the same schema. */
export function besideTable(table: TableName, name: string): TableName {
  return typeof table === 'string' ? name : [table[0], name]
}
