import { native } from './native.js'

const wrong = (message: string) => new Error(`INVALID_FUNCTION_ARGUMENT: ${message}`)

/** The entries of a text, a key and its value by turns. A map has each key once; of a multimap, Trino quotes nothing. */
function pairsOf(text: string, between: string, within: string, kind: string): string[] {
  if (between === '') throw wrong('entryDelimiter is empty')
  if (within === '') throw wrong('keyValueDelimiter is empty')
  if (between === within) throw wrong('entryDelimiter and keyValueDelimiter must not be the same')
  const entries = text.split(between)
  // Nothing is behind a delimiter at the end, nor in an empty text.
  if (entries.at(-1) === '') entries.pop()
  const keys = new Set<string>()
  return entries.flatMap((entry) => {
    const parts = entry.split(within)
    if (parts.length !== 2)
      throw wrong(
        `Key-value delimiter must appear exactly once in each entry. Bad input: ${kind === 'map' ? `'${entry}'` : entry}`,
      )
    const key = parts[0]!
    if (kind === 'map' && keys.has(key)) throw wrong(`Duplicate keys (${key}) are not allowed`)
    keys.add(key)
    return parts
  })
}

/** https://trino.io/docs/current/functions/string.html#split_to_map */
export const PAIRS = [native('_pairs', ['text', 'text', 'text', 'text'], 'texts', pairsOf)]
