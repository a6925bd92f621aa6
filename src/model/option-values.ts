import { type Compression, delimiterOf, type Format, OPTION_ROWS, type OptionRow } from './formats.js'
import type { AnySinkOptions } from './option-types.js'

/** Whether a file of this format, compressed like this, has an option. */
export function hasOption(row: OptionRow, format: Format, compression: Compression): boolean {
  return row.formats.includes(format) && (row.isOfCompressed !== true || compression !== 'none')
}

/** The values of `given`, or else the defaults, for the options that the format has. */
export function withDefaults(format: Format, given: AnySinkOptions): AnySinkOptions {
  const complete: Record<string, unknown> = {}
  for (const [name, row] of OPTION_ROWS) {
    if (!row.formats.includes(format)) continue
    complete[name] = given[name] ?? row.defaultIn?.[format] ?? row.default
  }
  return complete
}

/** The default as help and docs show it; `undefined` where nothing has to be said. */
export function defaultText({ default: value, defaultIn = {}, byDefault }: OptionRow): string | undefined {
  if (value === undefined) return byDefault
  const others = Object.entries(defaultIn).map(([format, other]) => `; ${other} in ${format}`)
  return `${value === '' ? 'nothing' : value}${others.join('')}`
}

/** Longest delimiter, in characters. */
const LONGEST_DELIMITER = 8

/** Characters that no number, `true` or `NaN` contains, as those are not quoted, and no part of a character. */
const DELIMITER = new RegExp(`^[^\\w"+.\\r\\n\\p{Surrogate}-]{1,${LONGEST_DELIMITER}}$`, 'u')

/** The choices there are in a format, or in any; none for an option that is not a choice. */
export function choicesOf({ choices = [], choicesIn }: OptionRow, format?: Format): readonly string[] {
  return (format && choicesIn?.[format]) ?? choices
}

/** The requirement that a value misses, to follow "must be"; `undefined` if it is valid. `format` narrows the choices. */
export function requirement(row: OptionRow, value: unknown, format?: Format): string | undefined {
  switch (row.type) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'true or false'
    case 'choice': {
      const choices = choicesOf(row, format)
      if (choices.includes(value as string)) return undefined
      return choices.length === 1 ? choices[0] : `one of ${choices.join(', ')}`
    }
    case 'integer': {
      const { least = 0, most = Number.MAX_SAFE_INTEGER } = row
      if (Number.isSafeInteger(value) && least <= Number(value) && Number(value) <= most) return undefined
      const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
      return `a whole number ${range}`
    }
    case 'delimiter':
      if (typeof value === 'string' && DELIMITER.test(delimiterOf(value))) return undefined
      return `1 to ${LONGEST_DELIMITER} characters that are no ASCII letter, digit, _ + - . quote or line end`
    case 'text':
      return typeof value === 'string' ? undefined : 'a text'
    case 'texts': {
      const isOne = isObject(value) && Object.values(value).every((text) => typeof text === 'string')
      return isOne ? undefined : 'an object of texts'
    }
    case 'recipients': {
      const isList = Array.isArray(value) && value.every((text) => typeof text === 'string')
      return isList || typeof value === 'string' ? undefined : 'a text, or a list of texts'
    }
    case 'limits':
      return isObject(value) ? undefined : 'an object of limits'
    default:
      return row.type satisfies never
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** `a, b or c` */
export function listed(words: readonly string[], last: 'and' | 'or'): string {
  return words.join(', ').replace(/, (?=[^,]*$)/, ` ${last} `)
}
