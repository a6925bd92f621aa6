import { createHash, createHmac } from 'node:crypto'
import { native } from './native.js'

function letters(text: string): string[] {
  return [...text]
}

/** Positions count from 1, or from the end if negative; 0 and whatever is outside give the empty text. */
function substring(text: string, start: number, length: number): string {
  const all = letters(text)
  const from = start > 0 ? start - 1 : all.length + start
  if (start === 0 || from < 0 || from >= all.length || length <= 0) return ''
  return all.slice(from, from + length).join('')
}

function strpos(text: string, wanted: string, occurrence: number): number {
  if (occurrence === 0) throw new Error("INVALID_FUNCTION_ARGUMENT: 'instance' must not be zero")
  if (wanted === '') return 1
  const step = occurrence > 0 ? 1 : -1
  let at = occurrence > 0 ? -1 : text.length
  for (let left = Math.abs(occurrence); left > 0; left--) {
    at = step > 0 ? text.indexOf(wanted, at + 1) : at === 0 ? -1 : text.lastIndexOf(wanted, at - 1)
    if (at === -1) return 0
  }
  return letters(text.slice(0, at)).length + 1
}

function split(text: string, delimiter: string, limit: number): string[] {
  if (delimiter === '')
    throw new Error('INVALID_FUNCTION_ARGUMENT: The delimiter may not be the empty string')
  if (limit <= 0) throw new Error('INVALID_FUNCTION_ARGUMENT: Limit must be positive')
  const parts = text.split(delimiter)
  return parts.length <= limit
    ? parts
    : [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(delimiter)]
}

function splitPart(text: string, delimiter: string, index: number): string | null {
  if (index <= 0) throw new Error('INVALID_FUNCTION_ARGUMENT: Index must be greater than zero')
  if (delimiter === '') return index > letters(text).length ? null : letters(text)[index - 1]!
  return text.split(delimiter)[index - 1] ?? null
}

function pad(text: string, size: number, filler: string, isLeft: boolean): string {
  if (size < 0)
    throw new Error('INVALID_FUNCTION_ARGUMENT: Target length must be in the range [0..2147483647]')
  if (filler === '') throw new Error('INVALID_FUNCTION_ARGUMENT: Padding string must not be empty')
  const all = letters(text)
  if (all.length >= size) return all.slice(0, size).join('')
  const missing = size - all.length
  const fill = letters(filler.repeat(Math.ceil(missing / letters(filler).length)))
    .slice(0, missing)
    .join('')
  return isLeft ? fill + text : text + fill
}

function levenshtein(a: string, b: string): number {
  const [left, right] = [letters(a), letters(b)]
  let row = right.map((_, i) => i + 1)
  left.forEach((letter, i) => {
    let corner = i
    let before = i + 1
    row = row.map((above, j) => {
      const value = Math.min(above + 1, before + 1, corner + (letter === right[j] ? 0 : 1))
      corner = above
      before = value
      return value
    })
  })
  return right.length === 0 ? left.length : row.at(-1)!
}

function hamming(a: string, b: string): number {
  const [left, right] = [letters(a), letters(b)]
  if (left.length !== right.length)
    throw new Error(
      'INVALID_FUNCTION_ARGUMENT: The input strings to hamming_distance function must have the same length',
    )
  return left.filter((letter, i) => letter !== right[i]).length
}

const SOUNDEX: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({ 1: 'BFPV', 2: 'CGJKQSXZ', 3: 'DT', 4: 'L', 5: 'MN', 6: 'R' }).flatMap(([digit, all]) =>
    [...all].map((letter) => [letter, digit]),
  ),
)

function soundex(text: string): string {
  const upper = text.replace(/\P{L}/gu, '').toUpperCase()
  if (!/^[A-Z]*$/.test(upper)) throw new Error('INVALID_FUNCTION_ARGUMENT: The character is not mapped')
  if (upper === '') return ''
  let last = SOUNDEX[upper[0]!] ?? ''
  let code = upper[0]!
  for (const letter of upper.slice(1)) {
    const digit = SOUNDEX[letter] ?? ''
    if (digit !== '' && digit !== last) code += digit
    if (letter !== 'H' && letter !== 'W') last = digit
  }
  return code.padEnd(4, '0').slice(0, 4)
}

/** Trino trims what Unicode calls white space, but for the no-break spaces; with letters, those. */
function trim(text: string, set: string | undefined, sides: string): string {
  const all = letters(text)
  const wanted = set === undefined ? undefined : new Set(letters(set))
  const isTrimmed = (letter: string) =>
    wanted
      ? wanted.has(letter)
      : /[\t-\r\x1c-\x20\x85\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]/.test(letter)
  let [from, to] = [0, all.length]
  if (sides !== 'r') while (from < to && isTrimmed(all[from]!)) from++
  if (sides !== 'l') while (to > from && isTrimmed(all[to - 1]!)) to--
  return all.slice(from, to).join('')
}

function codepoint(text: string): number {
  if (letters(text).length !== 1)
    throw new Error('INVALID_FUNCTION_ARGUMENT: Input string must be a single character string')
  return text.codePointAt(0)!
}

function chr(code: number): string {
  if (code < 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
    throw new Error(`INVALID_FUNCTION_ARGUMENT: Not a valid Unicode code point: ${code}`)
  return String.fromCodePoint(code)
}

function like(pattern: string, mark: string): RegExp {
  if (letters(mark).length > 1)
    throw new Error('INVALID_FUNCTION_ARGUMENT: Escape string must be a single character')
  let source = ''
  let isEscaped = false
  for (const letter of pattern) {
    if (isEscaped) {
      if (letter !== '%' && letter !== '_' && letter !== mark)
        throw new Error(
          "INVALID_FUNCTION_ARGUMENT: Escape character must be followed by '%', '_' or the mark character itself",
        )
      isEscaped = false
    } else if (letter === mark) {
      isEscaped = true
      continue
    } else if (letter === '%') {
      source += '[\\s\\S]*'
      continue
    } else if (letter === '_') {
      source += '[\\s\\S]'
      continue
    }
    source += letter.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  }
  if (isEscaped)
    throw new Error(
      "INVALID_FUNCTION_ARGUMENT: Escape character must be followed by '%', '_' or the mark character itself",
    )
  return new RegExp(`^${source}$`, 'u')
}

const likes = new Map<string, RegExp>()

const hash = (name: string) => (bytes: Uint8Array) => createHash(name).update(bytes).digest()
const hmac = (name: string) => (bytes: Uint8Array, key: Uint8Array) =>
  createHmac(name, key).update(bytes).digest()

function crc32(bytes: Uint8Array): bigint {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return BigInt((crc ^ 0xffffffff) >>> 0)
}

function luhn(text: string): boolean {
  if (!/^\d*$/.test(text)) throw new Error('INVALID_FUNCTION_ARGUMENT: Input contains non-digit values')
  const sum = [...text].reverse().reduce((total, digit, i) => {
    const value = Number(digit) * (i % 2 === 1 ? 2 : 1)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return text !== '' && sum % 10 === 0
}

/** https://trino.io/docs/current/functions/string.html and binary.html; LIKE: functions/comparison.html */
export const TEXTS = [
  native('_substr', ['text', 'number', 'number'], 'text', substring),
  native('_strpos', ['text', 'text', 'number'], 'long', (...args) => BigInt(strpos(...args))),
  native('_split', ['text', 'text', 'number'], 'texts', split),
  native('_split_part', ['text', 'text', 'number'], 'text', splitPart),
  native('_lpad', ['text', 'number', 'text'], 'text', (text, size, filler) => pad(text, size, filler, true)),
  native('_rpad', ['text', 'number', 'text'], 'text', (text, size, filler) => pad(text, size, filler, false)),
  native('_trim', ['text', 'text'], 'text', (text, sides) => trim(text, undefined, sides)),
  native('_trim_set', ['text', 'text', 'text'], 'text', (text, set, sides) => trim(text, set, sides)),
  native('_join', ['texts', 'text'], 'text', (items, delimiter) =>
    items.filter((item) => item !== null).join(delimiter),
  ),
  native('_levenshtein', ['text', 'text'], 'long', (a, b) => BigInt(levenshtein(a, b))),
  native('_hamming', ['text', 'text'], 'long', (a, b) => BigInt(hamming(a, b))),
  native('_soundex', ['text'], 'text', soundex),
  native('_normalize', ['text', 'text'], 'text', (text, form) => text.normalize(form)),
  native('_translate', ['text', 'text', 'text'], 'text', (text, from, to) => {
    const [old, fresh] = [letters(from), letters(to)]
    return letters(text)
      .map((letter) => (old.includes(letter) ? (fresh[old.indexOf(letter)] ?? '') : letter))
      .join('')
  }),
  native('_chr', ['number'], 'text', chr),
  native('_codepoint', ['text'], 'int', codepoint),
  native('_reverse', ['text'], 'text', (text) => letters(text).reverse().join('')),
  native('_like_escape', ['text', 'text', 'text'], 'boolean', (text, pattern, mark) => {
    const key = `${mark}\0${pattern}`
    const made = likes.get(key) ?? like(pattern, mark)
    if (likes.size > 1000) likes.clear()
    likes.set(key, made)
    return made.test(text)
  }),
  native('_title_case', ['text'], 'text', (text) =>
    text.toLowerCase().replace(/[\p{L}\p{N}]+/gu, (word) => {
      const [first = '', ...rest] = letters(word)
      return first.toUpperCase() + rest.join('')
    }),
  ),
  native('_overlay', ['text', 'text', 'number', 'number'], 'text', (text, replacement, start, length) => {
    if (start < 1) throw new Error('INVALID_FUNCTION_ARGUMENT: Start position must be greater than zero')
    const all = letters(text)
    return (
      all.slice(0, start - 1).join('') + replacement + all.slice(start - 1 + Math.max(0, length)).join('')
    )
  }),
  native('_replace', ['text', 'text', 'text'], 'text', (text, wanted, replacement) =>
    wanted === '' ? ['', ...letters(text), ''].join(replacement) : text.replaceAll(wanted, () => replacement),
  ),
  native('_luhn', ['text'], 'boolean', luhn),
  native('_sha1', ['bytes'], 'bytes', hash('sha1')),
  native('_sha256', ['bytes'], 'bytes', hash('sha256')),
  native('_sha512', ['bytes'], 'bytes', hash('sha512')),
  native('_md5', ['bytes'], 'bytes', hash('md5')),
  native('_hmac_md5', ['bytes', 'bytes'], 'bytes', hmac('md5')),
  native('_hmac_sha1', ['bytes', 'bytes'], 'bytes', hmac('sha1')),
  native('_hmac_sha256', ['bytes', 'bytes'], 'bytes', hmac('sha256')),
  native('_hmac_sha512', ['bytes', 'bytes'], 'bytes', hmac('sha512')),
  native('_crc32', ['bytes'], 'long', crc32),
  native('_from_hex', ['text'], 'bytes', (text) => {
    if (!/^(?:[0-9a-fA-F]{2})*$/.test(text))
      throw new Error(`INVALID_FUNCTION_ARGUMENT: invalid hex: ${text}`)
    return Buffer.from(text, 'hex')
  }),
  native('_to_base64', ['bytes'], 'text', (bytes) => Buffer.from(bytes).toString('base64')),
  native('_to_base64url', ['bytes'], 'text', (bytes) =>
    Buffer.from(bytes).toString('base64').replaceAll('+', '-').replaceAll('/', '_'),
  ),
  native('_from_base64', ['text'], 'bytes', (text) => {
    if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(text))
      throw new Error(`INVALID_FUNCTION_ARGUMENT: Illegal base64 character`)
    return Buffer.from(text, 'base64')
  }),
  native('_from_utf8', ['bytes', 'text'], 'text', (bytes, replacement) =>
    new TextDecoder().decode(bytes).replaceAll('\ufffd', replacement),
  ),
  native('_to_utf8', ['text'], 'bytes', (text) => Buffer.from(text)),
]
