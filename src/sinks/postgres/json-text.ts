import { type IsExact, isDigit } from './is-exact.js'

/** What a JSON text must not hold, besides what makes it no JSON. */
export interface JsonRules {
  /** Whether a parser keeps values of it, which loses the second one of equal keys, a NUL and the sign of a zero. */
  readonly parsed: boolean
  /** Whether zero may have a sign. */
  readonly minusZero: boolean
  /** Whether only objects and arrays count. */
  readonly container: boolean
}

/** Deeper and longer texts are looked at as values. */
const MOST_DEPTH = 64
const MOST_KEYS = 1024
const MOST_KEYS_OF_OBJECT = 128

const [BLANK, QUOTE, COMMA, COLON, BACKSLASH] = [32, 34, 44, 58, 92]
const [PLUS, MINUS, POINT, ZERO, EXPONENT] = [43, 45, 46, 48, 101]
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [91, 93, 123, 125]
const UNICODE = 117
/** JSON's escapes of one letter, but for the backslash, which COPY writes twice: `"/bfnrt`. */
const SHORT_ESCAPES = new Set([34, 47, 98, 102, 110, 114, 116])
/** What COPY writes behind a backslash for a tab, a line end and a carriage return: `tnr`. */
const ESCAPED_SPACES = new Set([116, 110, 114])
const WORDS = ['true', 'false', 'null'].map((word) => new TextEncoder().encode(word))

/**
 * Whether the text of a cell in the text format of COPY is JSON (https://www.rfc-editor.org/rfc/rfc8259) by these rules. False also
 * for some texts that are, such as those with escapes in keys. A cell ends with a tab or a line end, which JSON does not hold unescaped:
 * nothing here looks behind it.
 */
export function exactJson(rules: JsonRules): IsExact {
  const scanner = new JsonScanner(rules)
  return (bytes, from, to) => scanner.isJson(bytes, from, to)
}

class JsonScanner {
  readonly #rules: JsonRules
  #bytes: Uint8Array = new Uint8Array()
  #at = 0
  /** Hash of the text that was passed last; 0 where it has an escape. */
  #hash = 0
  readonly #isObject: boolean[] = []
  /** The hashes of the keys of the open objects, and where those of each begin. */
  readonly #keys: number[] = []
  readonly #firstKeys: number[] = []

  constructor(rules: JsonRules) {
    this.#rules = rules
  }

  isJson(bytes: Uint8Array, from: number, to: number): boolean {
    this.#bytes = bytes
    this.#at = from
    for (const stack of [this.#isObject, this.#keys, this.#firstKeys]) stack.length = 0
    if (this.#rules.container && bytes[from] !== OPEN_OBJECT && bytes[from] !== OPEN_ARRAY) return false
    if (!this.#passValue()) return false
    while (this.#isObject.length > 0) {
      if (!this.#passNext()) return false
    }
    this.#passSpaces()
    return this.#at === to
  }

  /** A value; of an array or object its start, and its end where it is empty. */
  #passValue(): boolean {
    this.#passSpaces()
    const byte = this.#bytes[this.#at]!
    if (byte === QUOTE) return this.#passText()
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) return this.#open(byte === OPEN_OBJECT)
    if (byte === MINUS || isDigit(byte)) return this.#passNumber()
    const word = WORDS.find(([first]) => first === byte)
    if (word?.every((each, i) => this.#bytes[this.#at + i] === each) !== true) return false
    this.#at += word.length
    return true
  }

  /** What comes behind a value in an array or object: its end, or a comma and the next value. */
  #passNext(): boolean {
    this.#passSpaces()
    const isObject = this.#isObject.at(-1)!
    const byte = this.#bytes[this.#at]
    this.#at++
    if (byte === COMMA) return (!isObject || this.#passKey()) && this.#passValue()
    if (byte !== (isObject ? CLOSE_OBJECT : CLOSE_ARRAY)) return false
    this.#isObject.pop()
    this.#keys.length = this.#firstKeys.pop()!
    return true
  }

  #open(isObject: boolean): boolean {
    if (this.#isObject.length === MOST_DEPTH) return false
    this.#at++
    this.#isObject.push(isObject)
    this.#firstKeys.push(this.#keys.length)
    this.#passSpaces()
    // An empty one ends with the next step.
    if (this.#bytes[this.#at] === (isObject ? CLOSE_OBJECT : CLOSE_ARRAY)) return true
    return (!isObject || this.#passKey()) && this.#passValue()
  }

  #passKey(): boolean {
    this.#passSpaces()
    if (this.#bytes[this.#at] !== QUOTE || !this.#passText()) return false
    if (this.#rules.parsed && !this.#isNewKey(this.#hash)) return false
    this.#passSpaces()
    return this.#bytes[this.#at++] === COLON
  }

  /** Equal hashes count as equal keys: a value is looked at once too often then. */
  #isNewKey(hash: number): boolean {
    const first = this.#firstKeys.at(-1)!
    const count = this.#keys.length - first
    if (hash === 0 || count === MOST_KEYS_OF_OBJECT || this.#keys.length === MOST_KEYS) return false
    for (let i = first; i < this.#keys.length; i++) if (this.#keys[i] === hash) return false
    this.#keys.push(hash)
    return true
  }

  #passText(): boolean {
    const bytes = this.#bytes
    let at = this.#at + 1
    let hash = 0x811c9dc5 | 0
    let isPlain = true
    for (; ; at++) {
      const byte = bytes[at]!
      if (byte === QUOTE) break
      // A control character, or the end of the cell.
      if (!(byte >= BLANK)) return false
      if (byte === BACKSLASH) {
        isPlain = false
        const length = this.#escapeLength(at)
        if (length === 0) return false
        at += length - 1
      }
      hash = Math.imul(hash ^ byte, 0x01000193)
    }
    this.#at = at + 1
    this.#hash = isPlain ? hash : 0
    return true
  }

  /** The bytes of an escape of JSON, whose backslash COPY writes twice; 0 for anything else. */
  #escapeLength(at: number): number {
    const bytes = this.#bytes
    if (bytes[at + 1] !== BACKSLASH) return 0
    const letter = bytes[at + 2]!
    if (SHORT_ESCAPES.has(letter)) return 3
    if (letter === BACKSLASH) return bytes[at + 3] === BACKSLASH ? 4 : 0
    if (letter !== UNICODE) return 0
    let value = 0
    for (let i = at + 3; i < at + 7; i++) {
      const digit = hexDigit(bytes[i]!)
      if (digit === -1) return 0
      value = value * 16 + digit
    }
    return value === 0 && this.#rules.parsed ? 0 : 7
  }

  #passNumber(): boolean {
    const bytes = this.#bytes
    const isNegative = bytes[this.#at] === MINUS
    let at = isNegative ? this.#at + 1 : this.#at
    const first = at
    while (isDigit(bytes[at]!)) at++
    let isZero = bytes[first] === ZERO
    if (at === first || (isZero && at > first + 1)) return false
    if (bytes[at] === POINT) {
      const point = at++
      for (; isDigit(bytes[at]!); at++) if (bytes[at] !== ZERO) isZero = false
      if (at === point + 1) return false
    }
    if ((bytes[at]! | BLANK) === EXPONENT) {
      at++
      if (bytes[at] === PLUS || bytes[at] === MINUS) at++
      const exponent = at
      while (isDigit(bytes[at]!)) at++
      if (at === exponent) return false
    }
    this.#at = at
    return !(isNegative && isZero) || this.#rules.minusZero
  }

  #passSpaces(): void {
    for (;;) {
      const byte = this.#bytes[this.#at]
      if (byte === BLANK) this.#at++
      else if (byte === BACKSLASH && ESCAPED_SPACES.has(this.#bytes[this.#at + 1]!)) this.#at += 2
      else return
    }
  }
}

function hexDigit(byte: number): number {
  if (isDigit(byte)) return byte - ZERO
  const letter = byte | BLANK
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}
