/**
 * The name of a result column. DuckDB calls a column without an alias by the text of its expression, such as
 * `count_star()`; Trino calls it `_col0` and Hive `_c0`, by its place. A name that is no identifier is taken for such a
 * text unless the query has it in double quotes.
 */
export function columnName(name: string, index: number, query: string, engine: string): string {
  const identifier = /^[\p{L}_][\p{L}\p{N}_$]*$/u.test(name) && name !== 'NULL'
  if (identifier || query.includes(`"${name.replaceAll('"', '""')}"`)) return name
  return engine === 'hive' ? `_c${index}` : `_col${index}`
}
