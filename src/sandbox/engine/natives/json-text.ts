/** JSON with its numbers as written: JavaScript's own would round those of more than 53 bits. */
export type Json = null | boolean | string | JsonNumber | Json[] | Map<string, Json>

export class JsonNumber {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

const SPACE = /[ \t\n\r]*/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const TEXT = /"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y

const DEEPEST = 500

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  whole(): Json | undefined {
    const value = this.#value(0)
    this.#space()
    return this.#at === this.#text.length ? value : undefined
  }

  #space(): void {
    SPACE.lastIndex = this.#at
    SPACE.test(this.#text)
    this.#at = SPACE.lastIndex
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  #sign(sign: string): boolean {
    this.#space()
    if (this.#text[this.#at] !== sign) return false
    this.#at += 1
    return true
  }

  #value(depth: number): Json | undefined {
    if (depth > DEEPEST) return undefined
    this.#space()
    const first = this.#text[this.#at]
    if (first === '{') return this.#object(depth)
    if (first === '[') return this.#array(depth)
    if (first === '"') return this.#string()
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      if (!this.#text.startsWith(word, this.#at)) continue
      this.#at += word.length
      return value
    }
    const number = this.#match(NUMBER)
    return number === undefined ? undefined : new JsonNumber(number)
  }

  #string(): string | undefined {
    const text = this.#match(TEXT)
    return text === undefined ? undefined : (JSON.parse(text) as string)
  }

  #array(depth: number): Json[] | undefined {
    this.#at += 1
    const items: Json[] = []
    if (this.#sign(']')) return items
    do {
      const item = this.#value(depth + 1)
      if (item === undefined) return undefined
      items.push(item)
    } while (this.#sign(','))
    return this.#sign(']') ? items : undefined
  }

  #object(depth: number): Map<string, Json> | undefined {
    this.#at += 1
    const object = new Map<string, Json>()
    if (this.#sign('}')) return object
    do {
      this.#space()
      const key = this.#string()
      if (key === undefined || !this.#sign(':')) return undefined
      const value = this.#value(depth + 1)
      if (value === undefined) return undefined
      object.set(key, value)
    } while (this.#sign(','))
    return this.#sign('}') ? object : undefined
  }
}

/** `undefined` for what is no JSON. */
export function readJson(text: string): Json | undefined {
  return new Reader(text).whole()
}

/** Without white space; `isSorted`: keys in order, as json_parse has them. */
export function writeJson(
  value: Json,
  number: (text: string) => string = (text) => text,
  isSorted = false,
): string {
  if (value instanceof JsonNumber) return number(value.text)
  if (Array.isArray(value)) return `[${value.map((item) => writeJson(item, number, isSorted)).join(',')}]`
  if (value instanceof Map) {
    const keys = [...value.keys()]
    if (isSorted) keys.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    return `{${keys.map((key) => `${JSON.stringify(key)}:${writeJson(value.get(key)!, number, isSorted)}`).join(',')}}`
  }
  return JSON.stringify(value)
}
