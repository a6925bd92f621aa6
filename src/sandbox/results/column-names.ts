/** The column names of a `hive_result_schema`; those without one are called by their place. */
export function columnNames(schemaText: string | null): string[] {
  try {
    const schema = JSON.parse(schemaText ?? '[]') as [string | null, string | null][]
    return schema.map(([name], index) => name ?? `_col${index}`)
  } catch {
    return []
  }
}
