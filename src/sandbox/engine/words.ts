/** A word, a name in double quotes, or a single other character of a query. */
export interface Word {
  /** Lower case, unless it was in quotes; those are not part of it. */
  readonly text: string
  readonly quoted: boolean
  readonly start: number
  readonly end: number
}

/** Comments in comments; DuckDB's parser takes the square of the time for those that never end. */
const DEEPEST_COMMENT = 64

const SPACE = /\s+/y
const LINE_COMMENT = /--[^\n\r]*/y
const NAME = /[\p{L}_\x80-\uffff][\p{L}\w$\x80-\uffff]*/uy
const QUOTED_NAME = /"(?:[^"]|"")*"?/y
const TEXT = /'(?:[^']|'')*'?/y
const ESCAPED_TEXT = /'(?:[^'\\]|''|\\[\s\S])*'?/y
const DOLLARS = /\$(?:[\p{L}_][\p{L}\w]*)?\$/uy

/**
 * What a query is made of, without white space, comments and texts, as DuckDB reads it.
 *
 * @throws RangeError for comments that are nested too deep.
 */
export function* wordsOf(sql: string): Generator<Word> {
  let before: Word | undefined
  for (let at = 0; at < sql.length; ) {
    const skipped = endOf(SPACE, sql, at) ?? endOf(LINE_COMMENT, sql, at) ?? endOfComment(sql, at)
    const text = skipped ?? endOfText(sql, at, before)
    if (text !== undefined) {
      at = text
      continue
    }
    const quotedEnd = endOf(QUOTED_NAME, sql, at)
    const end = quotedEnd ?? endOf(NAME, sql, at) ?? at + 1
    const raw = sql.slice(at, end)
    before =
      quotedEnd === undefined
        ? { text: raw.toLowerCase(), quoted: false, start: at, end }
        : { text: raw.replace(/^"|"$/g, '').replaceAll('""', '"'), quoted: true, start: at, end }
    yield before
    at = end
  }
}

function endOf(pattern: RegExp, sql: string, at: number): number | undefined {
  pattern.lastIndex = at
  return pattern.test(sql) ? pattern.lastIndex : undefined
}

function endOfComment(sql: string, at: number): number | undefined {
  if (!sql.startsWith('/*', at)) return undefined
  const marks = /\/\*|\*\//g
  marks.lastIndex = at
  let depth = 0
  for (let match = marks.exec(sql); match !== null; match = marks.exec(sql)) {
    depth += match[0] === '/*' ? 1 : -1
    if (depth > DEEPEST_COMMENT) throw new RangeError('The comments are nested too deep')
    if (depth === 0) return marks.lastIndex
  }
  return sql.length
}

/** Behind a text in single quotes or between dollars. */
function endOfText(sql: string, at: number, before: Word | undefined): number | undefined {
  const isEscaped = before?.text === 'e' && !before.quoted && before.end === at
  const quotes = endOf(isEscaped ? ESCAPED_TEXT : TEXT, sql, at)
  if (quotes !== undefined) return quotes
  const open = endOf(DOLLARS, sql, at)
  if (open === undefined) return undefined
  const mark = sql.slice(at, open)
  const close = sql.indexOf(mark, open)
  return close === -1 ? sql.length : close + mark.length
}
