import { SqlError } from './sql-error.js'

export type Dialect = 'trino' | 'hive'

export interface Token {
  /** `word`: keyword or plain name; `name`: a name in quotes; `typed`: Hive's `1L`; `sign`: operators and punctuation. */
  readonly kind:
    | ('word' | 'name' | 'text' | 'bytes' | 'integer' | 'decimal' | 'double' | 'typed')
    | ('sign' | 'end')
  /** Lower case for words; without quotes and escapes for names and texts. */
  readonly text: string
  readonly start: number
  readonly end: number
}

const SPACE = /\s+/y
const LINE_COMMENT = /--[^\n\r]*/y
const WORD = /[A-Za-z_][\w$@]*/y
/** Hive and Treasure Data's own tables have names such as `2014_log`. */
const DOUBLE = /(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)[eE][+-]?\d+/y
const DECIMAL = /\d+(?:_\d+)*\.(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*/y
const INTEGER = /\d+(?:_\d+)*(?![A-Za-z_\d])/y
/** Whole numbers of other bases, with underscores as in others. */
const BASED = /0(?:[xX](?:_?[0-9a-fA-F])+|[oO](?:_?[0-7])+|[bB](?:_?[01])+)(?![A-Za-z_\d])/y
const DIGIT_NAME = /\d[\w]*/y
/** Hive's numbers with their type behind them: `1L`, `1S`, `1Y`, `1.5BD`. */
const HIVE_NUMBER = /\d+(?:[lLsSyY]|(?:\.\d*)?[bB][dD])(?![\w])/y
const SIGN = /<>|!=|<=>|<=|>=|==|\|\||->|=>|[-+*/%=<>(),.;[\]{}?:|&^~!]/y
const SINGLE = /'((?:[^']|'')*)'/y
const DOUBLE_QUOTED = /"((?:[^"]|"")*)"/y
const BACKQUOTED = /`((?:[^`]|``)*)`/y
const HIVE_TEXT = /'((?:[^'\\]|\\[\s\S])*)'|"((?:[^"\\]|\\[\s\S])*)"/y
const UNICODE_TEXT = /[uU]&'((?:[^']|'')*)'/y
const BYTES = /[xX]'([^']*)'/y

/** A sticky match at a place. */
function match(pattern: RegExp, sql: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(sql)
}

const HIVE_ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '0': '\0',
  b: '\b',
  Z: '\x1a',
}

/** `\u0041`, `\101`, `\n`; a backslash before another letter goes: a pattern is written `\\d` in Hive. */
function unescapeHive(text: string): string {
  return text.replace(
    /\\(?:u([0-9a-fA-F]{4})|([01][0-7]{2})|([\s\S]))/g,
    (_, unicode?: string, octal?: string, letter = '') => {
      if (unicode !== undefined) return String.fromCharCode(Number.parseInt(unicode, 16))
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
      return letter === '%' || letter === '_' ? `\\${letter}` : (HIVE_ESCAPES[letter] ?? letter)
    },
  )
}

function unescapeUnicode(text: string): string {
  return text
    .replaceAll("''", "'")
    .replace(/\\(?:\+([0-9a-fA-F]{6})|([0-9a-fA-F]{4})|\\)/g, (all, six?: string, four?: string) =>
      all === '\\\\' ? '\\' : String.fromCodePoint(Number.parseInt(six ?? four!, 16)),
    )
}

function bytesOf(text: string, at: number): string {
  const digits = text.replace(/\s/g, '')
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(digits)) throw new SqlError('not a binary literal', at)
  return digits
}

type Found = readonly [kind: Token['kind'], text: string, end: number]

function trinoQuotes(sql: string, at: number): Found | undefined {
  const unicode = match(UNICODE_TEXT, sql, at)
  if (unicode) return ['text', unescapeUnicode(unicode[1]!), UNICODE_TEXT.lastIndex]
  const bytes = match(BYTES, sql, at)
  if (bytes) return ['bytes', bytesOf(bytes[1]!, at), BYTES.lastIndex]
  const text = match(SINGLE, sql, at)
  if (text) return ['text', text[1]!.replaceAll("''", "'"), SINGLE.lastIndex]
  const name = match(DOUBLE_QUOTED, sql, at)
  if (name) return ['name', name[1]!.replaceAll('""', '"'), DOUBLE_QUOTED.lastIndex]
  if (sql[at] === '`')
    throw new SqlError('backquoted identifiers are not supported; use double quotes to quote identifiers', at)
  return undefined
}

function hiveQuotes(sql: string, at: number): Found | undefined {
  const text = match(HIVE_TEXT, sql, at)
  if (text) return ['text', unescapeHive(text[1] ?? text[2] ?? ''), HIVE_TEXT.lastIndex]
  const name = match(BACKQUOTED, sql, at)
  if (name) return ['name', name[1]!.replaceAll('``', '`'), BACKQUOTED.lastIndex]
  const number = match(HIVE_NUMBER, sql, at)
  if (number) return ['typed', number[0], HIVE_NUMBER.lastIndex]
  return undefined
}

function numberAt(sql: string, at: number): Found | undefined {
  const based = match(BASED, sql, at)
  if (based) return ['integer', String(BigInt(based[0].replaceAll('_', '').toLowerCase())), BASED.lastIndex]
  for (const [kind, pattern] of [
    ['double', DOUBLE],
    ['decimal', DECIMAL],
    ['integer', INTEGER],
    ['word', DIGIT_NAME],
  ] as const) {
    const found = match(pattern, sql, at)
    if (found) return [kind, kind === 'word' ? found[0] : found[0].replaceAll('_', ''), pattern.lastIndex]
  }
  return undefined
}

function tokenAt(sql: string, at: number, dialect: Dialect): Found {
  const quotes = dialect === 'hive' ? hiveQuotes(sql, at) : trinoQuotes(sql, at)
  if (quotes) return quotes
  const word = match(WORD, sql, at)
  if (word) return ['word', word[0].toLowerCase(), WORD.lastIndex]
  if (/[0-9.]/.test(sql[at]!)) {
    const number = numberAt(sql, at)
    if (number) return number
  }
  const sign = match(SIGN, sql, at)
  if (sign) return ['sign', sign[0], SIGN.lastIndex]
  if (sql[at] === "'" || sql[at] === '"') throw new SqlError('the quote is never closed', at)
  throw new SqlError(`mismatched input '${String.fromCodePoint(sql.codePointAt(at)!)}'`, at)
}

/** Behind white space and comments. Comments do not nest. */
function skip(sql: string, from: number): number {
  let at = from
  for (;;) {
    if (match(SPACE, sql, at)) at = SPACE.lastIndex
    else if (match(LINE_COMMENT, sql, at)) at = LINE_COMMENT.lastIndex
    else if (sql.startsWith('/*', at)) {
      const end = sql.indexOf('*/', at + 2)
      if (end === -1) throw new SqlError('the comment is never closed', at)
      at = end + 2
    } else return at
  }
}

/**
 * The tokens of a query, without white space and comments, with an `end` token at the end.
 *
 * @throws SqlError for whatever is no part of the dialect.
 */
export function tokenize(sql: string, dialect: Dialect): Token[] {
  const tokens: Token[] = []
  let at = skip(sql, 0)
  while (at < sql.length) {
    const [kind, text, end] = tokenAt(sql, at, dialect)
    tokens.push({ kind, text, start: at, end })
    at = skip(sql, end)
  }
  tokens.push({ kind: 'end', text: '<EOF>', start: sql.trimEnd().length, end: sql.length })
  return tokens
}
