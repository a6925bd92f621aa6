import { isUtf8 } from 'node:buffer'

/** A text with some of its escapes undone, and where its characters come from. */
export interface Layer {
  readonly text: string
  /** The place in the original text at which the escape of the character at `at` begins. */
  placeOf(at: number): number
}

/** JSON in JSON in JSON in a URL. */
const MOST_LAYERS = 6

/** An escape of JSON, of a URL, whose characters may have several bytes, or of HTML. */
const ESCAPE =
  /\\u([0-9a-f]{4})|\\(["'\\/bfnrt])|((?:%[0-9a-f]{2})+)|&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|(amp|lt|gt|quot|apos));/iy

/** First characters of escapes. */
const [BACKSLASH, PERCENT, AMPERSAND] = [0x5c, 0x25, 0x26]

/** The group of {@link ESCAPE} with the escapes of a URL. */
const BYTES = 3

const SHORT: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/** Meaning of a backslash and one more character, by the code of that character. */
const SHORT_BY_CODE = new Map(
  [...'"\'\\/bfnrt'].map((character) => [character.charCodeAt(0), SHORT[character] ?? character]),
)

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** `text` itself, then with its escapes undone once, twice, and so on, until there are none. */
export function unescapedLayers(text: string): readonly [Layer, ...Layer[]] {
  const layers: [Layer, ...Layer[]] = [{ text, placeOf: (at) => at }]
  for (let last = layers[0]; layers.length < MOST_LAYERS; ) {
    const next = unescaped(last)
    if (next === undefined) break
    layers.push(next)
    last = next
  }
  return layers
}

/** The next layer; undefined when there is nothing to undo. */
function unescaped(layer: Layer): Layer | undefined {
  const { text } = layer
  const ends = new Shifts()
  let out = ''
  let from = 0
  for (let at = nextMark(text, 0); at < text.length; at = nextMark(text, Math.max(from, at + 1))) {
    // A log of a million lines is a million of these, and a match of the expression is several objects.
    const short = text.charCodeAt(at) === BACKSLASH ? SHORT_BY_CODE.get(text.charCodeAt(at + 1)) : undefined
    if (short !== undefined) {
      out += text.slice(from, at) + short
      from = at + 2
      ends.add(out.length, from)
      continue
    }
    ESCAPE.lastIndex = at
    const match = ESCAPE.exec(text)
    if (match === null) continue
    out += text.slice(from, at)
    from = at
    if (match[BYTES] === undefined) {
      out += characterOf(match)
      from += match[0].length
      ends.add(out.length, from)
      continue
    }
    for (const character of charactersOf(match[BYTES])) {
      out += character.text
      from += 3 * character.bytes
      ends.add(out.length, from)
    }
  }
  if (from === 0) return undefined
  return { text: out + text.slice(from), placeOf: (at) => layer.placeOf(ends.before(at)) }
}

/** The next place from `at` on where an escape may begin; the length of the text where there is none. */
function nextMark(text: string, at: number): number {
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === BACKSLASH || code === PERCENT || code === AMPERSAND) break
  }
  return at
}

function characterOf([, unit, short, , hex, decimal, named]: RegExpExecArray): string {
  if (short !== undefined) return SHORT[short] ?? short
  if (unit !== undefined) return String.fromCharCode(Number.parseInt(unit, 16))
  if (named !== undefined) return NAMED[named.toLowerCase()]!
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
  return code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code)
}

/** The characters of a row of `%2F`, each with the number of its bytes; the bytes themselves where they are not UTF-8. */
function charactersOf(escaped: string): { readonly text: string; readonly bytes: number }[] {
  const bytes = Buffer.from(escaped.replaceAll('%', ''), 'hex')
  if (!isUtf8(bytes)) return Array.from(bytes, (byte) => ({ text: String.fromCharCode(byte), bytes: 1 }))
  return Array.from(bytes.toString('utf8'), (text) => ({ text, bytes: Buffer.byteLength(text) }))
}

/** Places behind escapes, here and in the text that has them. */
class Shifts {
  #here = new Int32Array(64)
  #there = new Int32Array(64)
  #count = 0

  add(here: number, there: number): void {
    if (this.#count === this.#here.length) {
      this.#here = grown(this.#here)
      this.#there = grown(this.#there)
    }
    this.#here[this.#count] = here
    this.#there[this.#count++] = there
  }

  /** Where a place is in the text with the escapes. */
  before(at: number): number {
    let least = 0
    let most = this.#count
    while (least < most) {
      const middle = (least + most) >>> 1
      if (this.#here[middle]! <= at) least = middle + 1
      else most = middle
    }
    return least === 0 ? at : this.#there[least - 1]! + at - this.#here[least - 1]!
  }
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2)
  larger.set(array)
  return larger
}
