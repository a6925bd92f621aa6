import type { Style } from './style.js'

const KEYWORDS = new Set(
  `all alter and any as asc at between by case cast create cross current_date current_timestamp database delete desc
  describe distinct drop else end escape except exists explain extract false fetch first following for from full group
  grouping having if in inner insert intersect interval into is join lateral left like limit natural not null nulls
  offset on or order ordinality outer over overwrite partition preceding range right rollup row rows select set sets
  show table tablesample then true try_cast unbounded union unnest update using values view when where window with`.split(
    /\s+/,
  ),
)

/** Comments, texts, quoted names, numbers and words; whatever is between them stays as it is. */
const TOKEN =
  /(?<comment>--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<text>'(?:[^']|'')*(?:'|$))|(?<name>"(?:[^"]|"")*(?:"|$)|`[^`]*(?:`|$))|(?<number>\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)|(?<word>[\p{L}_][\p{L}\p{N}_$]*)/gu

/** Lines of SQL with keywords, texts, numbers and comments in colours. `sql` is fit to be printed. */
export function highlightSql(sql: string, style: Style): string[] {
  if (sql === '') return []
  const painted = sql.replace(TOKEN, (token, ...rest) => {
    const { comment, text, number, word } = rest.at(-1) as Record<string, string | undefined>
    if (comment !== undefined) return perLine(comment, style.dim)
    if (text !== undefined) return perLine(text, style.green)
    if (number !== undefined) return style.yellow(number)
    return word !== undefined && KEYWORDS.has(word.toLowerCase()) ? style.cyan(word) : token
  })
  return painted.split('\n')
}

/** Lines are printed one by one, hence each has its colour for itself. */
function perLine(token: string, paint: (text: string) => string): string {
  return token.split('\n').map(paint).join('\n')
}
