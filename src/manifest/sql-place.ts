import type { QueryType } from '../client/index.js'

/** Where in a query something stands. */
export type SqlPlace = 'code' | 'quotes' | 'comment'

/** In what the text after `before` stands. Hive knows escapes with a backslash, the others only doubled quotes. */
export function sqlPlaceAfter(before: string, engine: QueryType): SqlPlace {
  for (let at = 0; at < before.length; ) {
    const character = before[at]!
    if (before.startsWith('--', at)) {
      at = endOf(before, '\n', at)
      if (at === -1) return 'comment'
    } else if (before.startsWith('/*', at)) {
      at = endOf(before, '*/', at + 2)
      if (at === -1) return 'comment'
    } else if (character === "'" || character === '"' || character === '`') {
      at = endOfQuotes(before, character, at + 1, engine === 'hive' && character !== '`')
      if (at === -1) return 'quotes'
    } else at++
  }
  return 'code'
}

/** Behind the next `mark`, or -1. */
function endOf(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from)
  return at === -1 ? -1 : at + mark.length
}

/** Behind the closing quote, or -1. A doubled one closes and opens again, which comes to the same. */
function endOfQuotes(text: string, quote: string, from: number, escapes: boolean): number {
  for (let at = from; at < text.length; at++) {
    if (escapes && text[at] === '\\') at++
    else if (text[at] === quote) return at + 1
  }
  return -1
}
