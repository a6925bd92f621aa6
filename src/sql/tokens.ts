import type { QueryType } from '../model/query-type.js'

/** A piece of SQL: white space, a comment, a text, a quoted name, a word or number, or any other character. */
export interface SqlToken {
  readonly kind: 'space' | 'comment' | 'text' | 'name' | 'word' | 'sign'
  readonly start: number
  readonly end: number
  /** Whether it goes on at the end of the SQL: a quote that was not closed, or a comment. */
  readonly isOpen: boolean
}

const SPACE = /\s+/y
const WORD = /[\p{L}\p{M}\p{N}_]+/uy

/**
 * The tokens of SQL, in order and without gaps. Hive has texts in either quotes, with escapes by backslashes, and names in
 * backquotes; Trino and Presto have names in double quotes. A doubled quote ends a token and begins another one.
 */
export function* tokensOf(sql: string, engine: QueryType): Generator<SqlToken> {
  for (let at = 0; at < sql.length; ) {
    const token = tokenAt(sql, at, engine)
    yield token
    at = token.end
  }
}

/** Whether there is nothing to run: white space, comments and semicolons only. */
export function isEmptySql(sql: string): boolean {
  for (const { kind, start } of tokensOf(sql, 'trino'))
    if (kind !== 'space' && kind !== 'comment' && sql[start] !== ';') return false
  return true
}

function tokenAt(sql: string, start: number, engine: QueryType): SqlToken {
  const until = (kind: SqlToken['kind'], end: number): SqlToken =>
    end === -1 ? { kind, start, end: sql.length, isOpen: true } : { kind, start, end, isOpen: false }
  if (sql.startsWith('--', start)) return until('comment', behind(sql, '\n', start))
  if (sql.startsWith('/*', start)) return until('comment', behind(sql, '*/', start + 2))
  const character = sql[start]!
  if (character === "'" || (character === '"' && engine === 'hive'))
    return until(
      'text',
      engine === 'hive' ? behindEscaped(sql, character, start + 1) : behind(sql, "'", start + 1),
    )
  if (character === '"' || character === '`') return until('name', behind(sql, character, start + 1))
  const space = endOf(SPACE, sql, start)
  if (space !== undefined) return until('space', space)
  const word = endOf(WORD, sql, start)
  return word === undefined ? until('sign', start + 1) : until('word', word)
}

function endOf(pattern: RegExp, sql: string, at: number): number | undefined {
  pattern.lastIndex = at
  return pattern.test(sql) ? pattern.lastIndex : undefined
}

/** Behind the next `mark`, or -1. */
function behind(sql: string, mark: string, from: number): number {
  const at = sql.indexOf(mark, from)
  return at === -1 ? -1 : at + mark.length
}

/** Behind the next quote that no backslash stands before, or -1. */
function behindEscaped(sql: string, quote: string, from: number): number {
  for (let at = from; at < sql.length; at++) {
    if (sql[at] === '\\') at++
    else if (sql[at] === quote) return at + 1
  }
  return -1
}

/** Where in a query something stands. */
export type SqlPlace = 'code' | 'quotes' | 'comment'

/** In what the text after `before` stands. */
export function sqlPlaceAfter(before: string, engine: QueryType): SqlPlace {
  let last: SqlToken | undefined
  for (const token of tokensOf(before, engine)) last = token
  if (!last?.isOpen) return 'code'
  return last.kind === 'comment' ? 'comment' : 'quotes'
}
