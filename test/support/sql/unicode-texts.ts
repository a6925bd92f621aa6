import { type SqlToken, tokensOf } from '../../../src/sql/tokens.js'

const ESCAPE = /\\(?:(\\)|([0-9a-f]{4})|\+([0-9a-f]{6}))/gi

/** SQL with plain texts in place of those like `U&'\000a'`, which Trino has and DuckDB has not. */
export function withPlainTexts(sql: string): string {
  if (!/U&'/i.test(sql)) return sql
  const tokens = [...tokensOf(sql, 'trino')]
  let plain = ''
  for (let i = 0; i < tokens.length; i++) {
    const length = lengthOfText(sql, tokens, i)
    const [first, last] = [tokens[i]!, tokens[i + Math.max(0, length - 1)]!]
    const piece = sql.slice(first.start, last.end)
    plain += length === 0 ? piece : piece.slice(2).replace(ESCAPE, decoded)
    i += Math.max(0, length - 1)
  }
  return plain
}

/** Of how many tokens such a text is made from the `i`th on; 0 where there begins none. A doubled quote divides it. */
function lengthOfText(sql: string, tokens: readonly SqlToken[], i: number): number {
  const [prefix, sign] = tokens.slice(i, i + 2).map(({ start, end }) => sql.slice(start, end))
  if (!/^u$/i.test(prefix!) || sign !== '&') return 0
  let length = 2
  while (tokens[i + length]?.kind === 'text') length++
  return length === 2 ? 0 : length
}

function decoded(_: string, backslash: string | undefined, four: string | undefined, six: string): string {
  return backslash ?? String.fromCodePoint(Number.parseInt(four ?? six, 16))
}
