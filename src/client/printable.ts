/** C0 and C1 controls, line and paragraph separators, the marks that reorder text on a terminal, and halves of surrogate pairs. */
const UNPRINTABLE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** The same without tabs and line feeds. */
const UNPRINTABLE_IN_LINES = new RegExp(
  UNPRINTABLE.source.replace('\\u0000-\\u001f', '\\u0000-\\u0008\\u000b-\\u001f'),
  'g',
)

/**
 * A text of foreign origin, fit for one line on a terminal: white space collapsed, every other control character
 * escaped as `\x1b` or `\u202e`, and at most `maxLength` characters.
 */
export function printable(text: string, maxLength = 200): string {
  const line = text
    .slice(0, maxLength * 4)
    .replace(/[ \t\r\n\v\f\u0085\u2028\u2029]+/g, ' ')
    .trim()
    .replace(UNPRINTABLE, escapeControl)
  return line.length > maxLength ? `${line.slice(0, maxLength - 1)}…` : line
}

/** The same for a text of several lines, which keeps its line breaks and tabs. */
export function printableLines(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(UNPRINTABLE_IN_LINES, escapeControl)
}

/** JSON without characters that drive a terminal or reorder its text: those that JSON leaves raw, as `\\u009b`. */
export function printableJson(json: string): string {
  return json.replace(UNPRINTABLE, (character) => {
    const code = character.charCodeAt(0)
    return code < 0x20 ? character : `\\u${code.toString(16).padStart(4, '0')}`
  })
}

function escapeControl(character: string): string {
  const code = character.charCodeAt(0)
  // A byte that is no UTF-8, as losslessText keeps it.
  const hex = (code >= 0xdc80 && code <= 0xdcff ? code - 0xdc00 : code).toString(16)
  return hex.length <= 2 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`
}

/** Characters that no text of any encoding has, save for the escape of a terminal's sequences. */
const BINARY = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/
/** A text in another encoding than UTF-8 may well have a few of these. */
const MOST_REPLACED = 0.3

/** Whether a text was made of bytes that are not text: it is unreadable in a message. */
export function isBinary(text: string): boolean {
  return BINARY.test(text) || text.split('\ufffd').length - 1 > text.length * MOST_REPLACED
}
