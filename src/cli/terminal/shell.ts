/** Words that no shell reads anything into. */
const PLAIN = /^[\w@%+=:,./-]+$/

/** Characters that must be escaped in a line on a terminal. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

/** A word as it is typed into bash or zsh; other shells differ only for words with control characters. */
export function shellQuoted(word: string): string {
  if (PLAIN.test(word)) return word
  if (!UNPRINTABLE.test(word)) return `'${word.replaceAll("'", "'\\''")}'`
  return `$'${[...word].map(ansiQuoted).join('')}'`
}

/** https://www.gnu.org/software/bash/manual/html_node/ANSI_002dC-Quoting.html */
function ansiQuoted(character: string): string {
  if (character === "'" || character === '\\') return `\\${character}`
  if (!UNPRINTABLE.test(character)) return character
  const hex = character.codePointAt(0)!.toString(16)
  // As octal numbers have three digits at most, what follows is never read as one more.
  if (hex.length <= 2 && character < '\x80')
    return `\\${Number.parseInt(hex, 16).toString(8).padStart(3, '0')}`
  return `\\U${hex.padStart(8, '0')}`
}
