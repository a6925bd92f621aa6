import { native } from './native.js'

/** Java's and POSIX's names of classes, as JavaScript has them. */
const CLASSES: Readonly<Record<string, string>> = {
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: 'a-zA-Z0-9',
  Upper: 'A-Z',
  Lower: 'a-z',
  Punct: '!-\\/:-@\\[-`\\{-~',
  Space: ' \\t\\n\\v\\f\\r',
  Blank: ' \\t',
  XDigit: '0-9a-fA-F',
  Cntrl: '\\x00-\\x1f\\x7f',
  Print: '\\x20-\\x7e',
  Graph: '\\x21-\\x7e',
  ASCII: '\\x00-\\x7f',
}

const unsupported = (what: string, pattern: string) =>
  new Error(`the sandbox does not know ${what} in regular expressions: ${pattern}`)

function namedClass(name: string, inClass: boolean, negated: boolean): string {
  const plain = CLASSES[name] ?? CLASSES[name.replace(/^./, (first) => first.toUpperCase())]
  if (plain !== undefined) return inClass && !negated ? plain : `[${negated ? '^' : ''}${plain}]`
  const script = /^(?:Is|In)([A-Z][a-z]+)$/.exec(name)?.[1]
  return `\\${negated ? 'P' : 'p'}{${script ? `Script=${script}` : name}}`
}

/** Escapes as JavaScript's strict mode wants them. */
function escapeOf(rest: string, inClass: boolean, pattern: string): readonly [text: string, length: number] {
  const named = /^\\([pP])(?:\{(\^?)([\w=]+)\}|(\w))/.exec(rest)
  if (named)
    return [
      namedClass(named[3] ?? named[4]!, inClass, (named[1] === 'P') !== (named[2] === '^')),
      named[0].length,
    ]
  const quoted = /^\\Q([\s\S]*?)(?:\\E|$)/.exec(rest)
  if (quoted) return [quoted[1]!.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), quoted[0].length]
  const hex = /^\\x\{([0-9a-fA-F]+)\}/.exec(rest)
  if (hex) return [`\\u{${hex[1]}}`, hex[0].length]
  const letter = rest[1] ?? ''
  switch (letter) {
    case 'A':
      return ['(?<![\\s\\S])', 2]
    case 'z':
      return ['(?![\\s\\S])', 2]
    case 'Z':
      return ['(?=\\n?(?![\\s\\S]))', 2]
    case 'h':
      return [inClass ? ' \\t\\xa0' : '[ \\t\\xa0]', 2]
    case 'R':
      return ['(?:\\r\\n|[\\n\\v\\f\\r\\x85\\u2028\\u2029])', 2]
    case 'a':
      return ['\\x07', 2]
    case 'e':
      return ['\\x1b', 2]
    // JavaScript counts more characters as white space.
    case 's':
      return [inClass ? ' \\t\\n\\v\\f\\r' : '[ \\t\\n\\v\\f\\r]', 2]
    case 'S':
      return inClass ? ['\\S', 2] : ['[^ \\t\\n\\v\\f\\r]', 2]
  }
  if (/[GXK]/.test(letter)) throw unsupported(`\\${letter}`, pattern)
  if (/[dDwWbBtnrfvkxu1-9]/.test(letter) || /[\\^$.*+?()[\]{}|/]/.test(letter) || (letter === '-' && inClass))
    return [rest.slice(0, 2), 2]
  return [letter, 2]
}

/** A pattern of Java as one of JavaScript, with its flags. */
function translate(pattern: string): readonly [source: string, flags: string] {
  let flags = 'u'
  let source = pattern
  const options = /^\(\?([a-zA-Z]+)\)/.exec(pattern)
  if (options) {
    if (/[^ims]/.test(options[1]!)) throw unsupported(`(?${options[1]})`, pattern)
    flags += options[1]
    source = pattern.slice(options[0].length)
  }
  let out = ''
  let inClass = false
  for (let at = 0; at < source.length; ) {
    const rest = source.slice(at)
    if (rest[0] === '\\') {
      const [text, length] = escapeOf(rest, inClass, pattern)
      out += text
      at += length
      continue
    }
    const posix = inClass ? /^\[:(\^?)(\w+):\]/.exec(rest) : null
    if (posix) {
      out += namedClass(posix[2]!, true, posix[1] === '^')
      at += posix[0].length
      continue
    }
    if (inClass && (rest[0] === '[' || rest.startsWith('&&')))
      throw unsupported('classes in classes', pattern)
    if (!inClass && /^\(\?(?:>|[a-zA-Z-]+[:)])/.test(rest)) throw unsupported('(?…) of this kind', pattern)
    if (!inClass && /^[*+?}]\+/.test(rest)) throw unsupported('possessive quantifiers', pattern)
    if (rest[0] === '[' && !inClass) {
      inClass = true
      const open = /^\[\^?\]?/.exec(rest)![0]
      out += open.endsWith(']') ? `${open.slice(0, -1)}\\]` : open
      at += open.length
      continue
    }
    if (rest[0] === ']' && inClass) inClass = false
    else if (rest[0] === ']') {
      out += '\\]'
      at += 1
      continue
    } else if (!inClass && (rest[0] === '}' || (rest[0] === '{' && !/^\{\d+(?:,\d*)?\}/.test(rest)))) {
      out += `\\${rest[0]}`
      at += 1
      continue
    } else if (!inClass && rest[0] === '{') {
      const quantity = /^\{\d+(?:,\d*)?\}/.exec(rest)![0]
      out += quantity
      at += quantity.length
      continue
    }
    out += rest[0]
    at += 1
  }
  return [out, flags]
}

const patterns = new Map<string, RegExp>()

/** Throws for what is no regular expression, or has parts that JavaScript's do not. */
export function patternOf(pattern: string): RegExp {
  const known = patterns.get(pattern)
  if (known) {
    known.lastIndex = 0
    return known
  }
  const [source, flags] = translate(pattern)
  let made: RegExp
  try {
    made = new RegExp(source, `${flags}g`)
  } catch (error) {
    throw new Error(
      `INVALID_FUNCTION_ARGUMENT: Invalid regular expression: ${pattern}: ${(error as Error).message}`,
    )
  }
  if (patterns.size > 1000) patterns.clear()
  patterns.set(pattern, made)
  return made
}

function groupOf(match: RegExpExecArray | RegExpMatchArray, group: number, pattern: string): string | null {
  if (group < 0 || group >= match.length)
    throw new Error(
      `INVALID_FUNCTION_ARGUMENT: Pattern has ${match.length - 1} groups. Cannot access group ${group}: ${pattern}`,
    )
  return match[group] ?? null
}

/** `$1` takes as many digits as make a group that exists; `\$` is a dollar. */
function expand(replacement: string, match: RegExpMatchArray): string {
  let out = ''
  for (let at = 0; at < replacement.length; at++) {
    const letter = replacement[at]!
    if (letter === '\\') {
      at += 1
      if (at === replacement.length) throw new Error('INVALID_FUNCTION_ARGUMENT: Incomplete escape sequence')
      out += replacement[at]
    } else if (letter !== '$') out += letter
    else {
      const rest = replacement.slice(at + 1)
      const named = /^\{(\w+)\}/.exec(rest)
      if (named) {
        if (!match.groups || !(named[1]! in match.groups))
          throw new Error(
            `INVALID_FUNCTION_ARGUMENT: Illegal replacement sequence: unknown group { ${named[1]} }`,
          )
        out += match.groups[named[1]!] ?? ''
        at += named[0].length
        continue
      }
      let digits = /^\d+/.exec(rest)?.[0] ?? ''
      while (digits.length > 1 && Number(digits) >= match.length) digits = digits.slice(0, -1)
      if (digits === '' || Number(digits) >= match.length)
        throw new Error('INVALID_FUNCTION_ARGUMENT: Illegal replacement sequence: unknown group')
      out += match[Number(digits)] ?? ''
      at += digits.length
    }
  }
  return out
}

export function replaceAll(text: string, pattern: string, replacement: string): string {
  let out = ''
  let from = 0
  for (const match of text.matchAll(patternOf(pattern))) {
    out += text.slice(from, match.index) + expand(replacement, match)
    from = match.index + match[0].length
  }
  return out + text.slice(from)
}

export function splitBy(text: string, pattern: string): string[] {
  const parts: string[] = []
  let from = 0
  for (const match of text.matchAll(patternOf(pattern))) {
    parts.push(text.slice(from, match.index))
    from = match.index + match[0].length
  }
  return [...parts, text.slice(from)]
}

export function extract(text: string, pattern: string, group: number): string | null {
  const match = patternOf(pattern).exec(text)
  return match === null ? null : groupOf(match, group, pattern)
}

/** The groups of each match, as JSON. */
function groups(text: string, pattern: string): string {
  const all = [...text.matchAll(patternOf(pattern))]
  return JSON.stringify(all.map((match) => match.slice(1).map((group) => group ?? null)))
}

/** The text between matches, joined with the replacements; NULL if one of those is NULL. */
function joined(parts: readonly (string | null)[], replacements: readonly (string | null)[]): string | null {
  if (replacements.includes(null)) return null
  return parts.map((part, i) => part! + (replacements[i] ?? '')).join('')
}

function position(text: string, pattern: string, start: number, occurrence: number): number {
  if (start < 1) throw new Error('INVALID_FUNCTION_ARGUMENT: start position cannot be smaller than 1')
  if (occurrence < 1) throw new Error('INVALID_FUNCTION_ARGUMENT: occurrence cannot be smaller than 1')
  const letters = [...text]
  if (start > letters.length) return -1
  const offset = letters.slice(0, start - 1).join('').length
  const regexp = patternOf(pattern)
  let left = occurrence
  for (const match of text.matchAll(regexp)) {
    if (match.index < offset) continue
    left -= 1
    if (left === 0) return [...text.slice(0, match.index)].length + 1
  }
  return -1
}

/** https://trino.io/docs/current/functions/regexp.html */
export const REGEXPS = [
  native('_regexp_like', ['text', 'text'], 'boolean', (text, pattern) => patternOf(pattern).test(text)),
  native('_regexp_extract', ['text', 'text', 'number'], 'text', extract),
  native('_regexp_extract_all', ['text', 'text', 'number'], 'texts', (text, pattern, group) =>
    [...text.matchAll(patternOf(pattern))].map((match) => groupOf(match, group, pattern)),
  ),
  native('_regexp_replace', ['text', 'text', 'text'], 'text', replaceAll),
  native('_regexp_groups', ['text', 'text'], 'text', groups),
  native('_regexp_joined', ['texts', 'texts'], 'text', joined),
  native('_regexp_split', ['text', 'text'], 'texts', splitBy),
  native('_regexp_count', ['text', 'text'], 'long', (text, pattern) =>
    BigInt([...text.matchAll(patternOf(pattern))].length),
  ),
  native('_regexp_position', ['text', 'text', 'number', 'number'], 'long', (...args) =>
    BigInt(position(...args)),
  ),
]
