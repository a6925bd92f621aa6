/** An error of a query, with the place in the user's own text. */
export class SqlError extends Error {
  override readonly name = 'SqlError'
  /** Where in the text it is; `undefined` when it is about the whole query. */
  readonly at: number | undefined

  constructor(message: string, at?: number) {
    super(message)
    this.at = at
  }
}

/** Line and column, both from 1. */
export function placeOf(sql: string, at: number): { line: number; column: number } {
  const before = sql.slice(0, at)
  const lastBreak = before.lastIndexOf('\n')
  return { line: before.split('\n').length, column: at - lastBreak }
}

const WIDEST_EXCERPT = 120

/** The message as Trino words it, `line 1:8: …`, with the line of the user's text and a mark below the place. */
export function explainError(error: SqlError, sql: string): string {
  if (error.at === undefined) return error.message
  const { line, column } = placeOf(sql, error.at)
  const text = sql.split('\n')[line - 1]!.replaceAll('\t', ' ')
  const from = Math.max(0, column - 1 - WIDEST_EXCERPT / 2)
  const excerpt = text.slice(from, from + WIDEST_EXCERPT)
  return `line ${line}:${column}: ${error.message}\n\n${excerpt}\n${' '.repeat(column - 1 - from)}^`
}
