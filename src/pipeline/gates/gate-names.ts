/** A name as a check has it: in quotes where it holds what divides names, as in CSV. */
function quoted(name: string): string {
  return /^[^\s",()]+$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}

/** Names of checks in messages and reports, as `--expect` takes them. */
export const GATE_NAMES = {
  min: (rows: number) => `rows>=${rows}`,
  max: (rows: number) => `rows<=${rows}`,
  maxChange: (share: number) => `rows.max_change<=${percent(share)}`,
  notNull: (column: string) => `not_null(${quoted(column)})`,
  unique: (key: readonly string[]) =>
    key.length === 1 ? `unique(${quoted(key[0]!)})` : `unique((${key.map(quoted).join(',')}))`,
  columns: (names: readonly string[]) => `columns(${names.map(quoted).join(',')})`,
  schema: 'schema=same',
} as const

/** `50%`, with up to two decimals. */
export function percent(share: number): string {
  return `${Math.round(share * 10_000) / 100}%`
}
