/** The column names of a `hive_result_schema`; those without one are called by their place. */
export function columnNames(schemaText: string | null): string[] {
  try {
    const schema = JSON.parse(schemaText ?? '[]') as [string | null, string | null][]
    return schema.map(([name], index) => name ?? `_col${index}`)
  } catch {
    return []
  }
}

/** Columns as `hive_result_schema` has them on the wire: with a space behind each comma between its parts. */
export function schemaText(
  columns: readonly (readonly [name: string | null, type: string | null])[],
): string {
  const pairs = columns.map((column) => `[${column.map((part) => JSON.stringify(part)).join(', ')}]`)
  return `[${pairs.join(', ')}]`
}
