import { Buffer } from 'node:buffer'
import { CELL_KINDS } from '../../kernel/numbers.js'
import type { SqlType } from '../../model/schema.js'
import type { Holds } from '../tables/column.js'
import { isSingleText } from '../tables/numbers.js'
import { type IsExact, isDigit } from './is-exact.js'
import { exactJson } from './json-text.js'
import { clockTime, instantInUtc, isDate, isTime, offsetTime } from './time-text.js'

/** Values of which a column holds some, told by their text. */
export interface ExactText {
  /** Kinds of values whose text may be looked at. */
  readonly kinds: number
  readonly isExact: IsExact
}

const INTEGERS = CELL_KINDS.int16 | CELL_KINDS.int32 | CELL_KINDS.int64 | CELL_KINDS.uint64

const [ZERO, PLUS, MINUS, POINT, BLANK, BACKSLASH] = [48, 43, 45, 46, 32, 92]
/** So many digits of a decimal are those of its double. */
const DIGITS_OF_DOUBLE = 15

/**
 * How to look at the texts of a column for values of `type`. More than one way where a text does not tell its kind, as binary data can look
 * like a number: the first that has all kinds of a block is the one to go by.
 */
export function exactTexts(holds: Holds, type: SqlType): readonly ExactText[] {
  const { text, boolean, double, int32, other } = CELL_KINDS
  switch (holds.kind) {
    case 'boolean':
      return [{ kinds: text, isExact: isTruth }]
    case 'integer':
      return [{ kinds: text | INTEGERS, isExact: plainInteger(holds) }]
    case 'decimal':
      return [{ kinds: text | INTEGERS, isExact: plainNumber(holds) }]
    case 'double':
      return [
        { kinds: text | INTEGERS | double, isExact: shortNumber },
        { kinds: double | other, isExact: isFloat },
      ]
    case 'real': {
      const isSingle = singleNumber(type)
      const isSingleFloat: IsExact = (bytes, from, to) =>
        isFloat(bytes, from, to) && isSingle(bytes, from, to)
      return [
        { kinds: int32 | double, isExact: isSingle },
        { kinds: int32 | double | other, isExact: isSingleFloat },
      ]
    }
    case 'date':
      return [{ kinds: text, isExact: isDate }]
    case 'time': {
      const { digits, withOffset } = holds
      const isClock: IsExact = (bytes, from, to) => isTime(bytes, from, to, digits)
      return [{ kinds: text, isExact: withOffset ? offsetTime(isClock) : isClock }]
    }
    case 'timestamp': {
      const isClock = clockTime(holds.digits)
      return [{ kinds: text, isExact: holds.withZone ? instantInUtc(isClock) : isClock }]
    }
    case 'text': {
      const isShort = limitedText(holds)
      const isShortBinary: IsExact = (bytes, from, to) =>
        isBinary(bytes, from, to) && isShort(bytes, from, to)
      return [
        { kinds: text | boolean | INTEGERS, isExact: isShort },
        { kinds: other, isExact: isShortBinary },
      ]
    }
    case 'uuid':
      return [{ kinds: text, isExact: isUuid }]
    case 'json': {
      const { parsed } = holds
      const ways = [
        { kinds: text, isExact: exactJson({ parsed, minusZero: !parsed, container: false }) },
        {
          kinds: text | INTEGERS | boolean | double,
          isExact: exactJson({ parsed, minusZero: false, container: false }),
        },
      ]
      // As a value a map has each key once, and in another order, which only a column that keeps the text would tell.
      if (!parsed) return ways
      return [
        ...ways,
        { kinds: text | double | other, isExact: exactJson({ parsed, minusZero: false, container: true }) },
      ]
    }
    case 'form':
      return [{ kinds: text, isExact: ofForm(holds) }]
    // Binary data is another text in COPY than in TSV, and quicker value by value.
    case 'bytes':
    case 'interval':
    case 'own':
    case 'nothing':
      return []
    default:
      return holds satisfies never
  }
}

const [TRUE, FALSE] = ['true', 'false'].map((word) => Buffer.from(word)) as [Buffer, Buffer]

const isTruth: IsExact = (bytes, from, to) =>
  [TRUE, FALSE].some((word) => word.length === to - from && word.every((byte, i) => bytes[from + i] === byte))

/** An integer from `least` to `most`, without zeros in front. */
function plainInteger({ least, most }: Extract<Holds, { kind: 'integer' }>): IsExact {
  const [lowest, highest] = [Number(least), Number(most)]
  return (bytes, from, to) => {
    const start = bytes[from] === MINUS ? from + 1 : from
    if (!isWhole(bytes, start, to) || (start > from && bytes[start] === ZERO)) return false
    if (to - start > DIGITS_OF_DOUBLE) {
      const value = BigInt(textOf(bytes, from, to))
      return value >= least && value <= most
    }
    let size = 0
    for (let at = start; at < to; at++) size = size * 10 + bytes[at]! - ZERO
    return start > from ? -size >= lowest : size <= highest && size >= lowest
  }
}

/** Digits without a zero in front of others. */
function isWhole(bytes: Uint8Array, from: number, to: number): boolean {
  if (to === from || (bytes[from] === ZERO && to > from + 1)) return false
  for (let at = from; at < to; at++) if (!isDigit(bytes[at]!)) return false
  return true
}

/** A plain number that a double holds, as it has few digits. */
const shortNumber: IsExact = (bytes, from, to) => {
  const start = bytes[from] === MINUS ? from + 1 : from
  let point = start
  while (point < to && bytes[point] !== POINT) point++
  if (!isWhole(bytes, start, point)) return false
  if (point === to) return to - start <= DIGITS_OF_DOUBLE
  for (let at = point + 1; at < to; at++) if (!isDigit(bytes[at]!)) return false
  return to > point + 1 && to - start - 1 <= DIGITS_OF_DOUBLE
}

/** A number that a float of 32 bits holds, as the text of a double. */
function singleNumber(type: SqlType): IsExact {
  return (bytes, from, to) => isSingleText(Number(textOf(bytes, from, to)), type)
}

/** A text of the form, if nothing in it is escaped. */
function ofForm({ accepts }: Extract<Holds, { kind: 'form' }>): IsExact {
  return (bytes, from, to) => {
    const text = textOf(bytes, from, to)
    return !text.includes('\\') && accepts(text)
  }
}

/** The characters of base64, all four of each group. Neither arrays and maps nor timestamps have such a text. */
const isBase64: IsExact = (bytes, from, to) => {
  if ((to - from) % 4 !== 0) return false
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!
    const letter = byte | 0x20
    const fits =
      (letter >= 97 && letter <= 122) || isDigit(byte) || byte === PLUS || byte === 47 || byte === 61
    if (!fits) return false
  }
  return true
}

/** Base64 that is no float, which has digits and no more, an exponent, or is `Infinity`. */
const isBinary: IsExact = (bytes, from, to) => {
  if (!isBase64(bytes, from, to)) return false
  if (from === to) return true
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!
    if (!isDigit(byte) && byte !== PLUS && byte !== EXPONENT) return textOf(bytes, from, to) !== INFINITY
  }
  return false
}

const [EXPONENT, INFINITY] = [101, 'Infinity']

/** A float, and no binary data that looks like one. Neither arrays and maps nor timestamps are numbers; a zero may have had a sign. */
const isFloat: IsExact = (bytes, from, to) => {
  const text = textOf(bytes, from, to)
  if (text === 'NaN') return true
  const number = Number(text)
  return number !== 0 && !Number.isNaN(number) && !isBase64(bytes, from, to)
}

function textOf(bytes: Buffer, from: number, to: number): string {
  return bytes.toString('utf8', from, to)
}

/** A number with as many digits as the column has; of a scale below zero nothing is known here. */
function plainNumber({ precision, scale = 0 }: Extract<Holds, { kind: 'decimal' }>): IsExact {
  const mostWhole = precision === undefined ? Number.POSITIVE_INFINITY : precision - scale
  const mostFraction = precision === undefined ? Number.POSITIVE_INFINITY : scale
  return (bytes, from, to) => {
    if (mostFraction < 0) return false
    const start = bytes[from] === MINUS ? from + 1 : from
    let at = start
    while (at < to && isDigit(bytes[at]!)) at++
    const whole = at - start
    const isZero = whole === 1 && bytes[start] === ZERO
    if (whole === 0 || (bytes[start] === ZERO && whole > 1) || (isZero ? 0 : whole) > mostWhole) return false
    let last = at
    if (at < to) {
      if (bytes[at] !== POINT || at + 1 === to) return false
      for (at++; at < to; at++) {
        if (!isDigit(bytes[at]!)) return false
        if (bytes[at] !== ZERO) last = at
      }
      if (last - (start + whole) > mostFraction) return false
    }
    // Zero with a sign is for who looks closer.
    return start === from || !isZero || last > start + whole
  }
}

/** A text that is not too long. What COPY escapes is two bytes of one character. */
function limitedText({
  characters = Number.POSITIVE_INFINITY,
  bytes: most = Number.POSITIVE_INFINITY,
  padded = false,
}: Extract<Holds, { kind: 'text' }>): IsExact {
  return (bytes, from, to) => {
    if (padded && to > from && bytes[to - 1] === BLANK) return false
    if (to - from <= characters && to - from <= most) return true
    if (to - from > most) return false
    let count = 0
    for (let at = from; at < to && count <= characters; at++) {
      const byte = bytes[at]!
      if (byte === BACKSLASH) at++
      // The bytes of a character behind its first one.
      if ((byte & 0xc0) !== 0x80) count++
    }
    return count <= characters
  }
}

const DASHES = new Set([8, 13, 18, 23])

const isUuid: IsExact = (bytes, from, to) => {
  if (to - from !== 36) return false
  for (let i = 0; i < 36; i++) {
    const byte = bytes[from + i]!
    const letter = byte | 0x20
    const fits = DASHES.has(i) ? byte === MINUS : isDigit(byte) || (letter >= 97 && letter <= 102)
    if (!fits) return false
  }
  return true
}
