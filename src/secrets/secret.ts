import { inspect } from 'node:util'
import { type Layer, unescapedLayers } from './unescape.js'

const HIDDEN = '[hidden]'

/** A text that shows itself only to who asks for it by name: not to `console.log`, `JSON.stringify` or a template. */
export class Secret {
  #value: string | undefined
  readonly #find: ((signal?: AbortSignal) => Promise<string>) | undefined

  /** @param value the text, or what finds it when it is first asked for */
  constructor(value: string | ((signal?: AbortSignal) => Promise<string>)) {
    if (typeof value === 'string') this.#value = value
    else this.#find = value
  }

  /** Whether the text is known, so that {@link reveal} has it. */
  get isKnown(): boolean {
    return this.#value !== undefined
  }

  /** The text itself, which {@link obtain} must have found where a command prints it. */
  reveal(): string {
    if (this.#value === undefined) throw new TypeError('the text is not known yet: obtain() finds it')
    return this.#value
  }

  /** The text itself. Where a command prints it, that is run once. */
  async obtain(signal?: AbortSignal): Promise<string> {
    this.#value ??= await this.#find!(signal)
    return this.#value
  }

  /** `[hidden]`. */
  toString(): string {
    return HIDDEN
  }

  /** `[hidden]`. */
  toJSON(): string {
    return HIDDEN
  }

  /** `[hidden]`. */
  [inspect.custom](): string {
    return HIDDEN
  }
}

/** Shorter texts are no secrets worth the name, and hiding them would garble every message. */
const SHORTEST_SECRET = 4

/** Of a longer secret, such as the settings of a target, only the text itself is looked for: its parts are secrets too. */
const LONGEST_WITH_FORMS = 1000

/**
 * `text` without any of `secrets`: a server or a library may repeat what it was sent. Found are also its base64 and
 * hexadecimal forms, and those with characters escaped as in JSON, URLs and HTML, so that nothing comes to light when a reply
 * is parsed later.
 */
export function redact(text: string, secrets: Iterable<string>): string {
  const long = [...new Set(secrets)].filter((secret) => secret.length >= SHORTEST_SECRET)
  if (long.length === 0) return text
  const plain = new Set(long.flatMap(plainForms))
  const encoded = new Set(long.filter(({ length }) => length <= LONGEST_WITH_FORMS).flatMap(encodedForms))
  const found: Range[] = []
  unescapedLayers(text).forEach((layer, depth) => {
    find(layer, plain, found)
    // Base64 needs few escapes.
    if (depth < 2) find(layer, encoded, found)
  })
  return cut(text, found)
}

function plainForms(secret: string): string[] {
  const plain = unescapedLayers(secret).at(-1)!.text
  return [secret, secret.replaceAll(' ', '+'), ...(plain.length < SHORTEST_SECRET ? [] : [plain])]
}

/** `secret` in hexadecimal, and in base64 at each of the three offsets where it can begin in a longer text. */
function encodedForms(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const hex = bytes.toString('hex')
  const forms = [hex, hex.toUpperCase(), bytes.toString('base64')]
  for (const before of [0, 1, 2]) {
    const base64 = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    // The characters at both ends have bits of the neighbours in them.
    const own = base64.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6))
    if (own.length >= SHORTEST_SECRET) forms.push(own, own.replaceAll('+', '-').replaceAll('/', '_'))
  }
  return forms
}

type Range = readonly [start: number, end: number]

function find(layer: Layer, needles: Iterable<string>, found: Range[]): void {
  for (const needle of needles) {
    let at = layer.text.indexOf(needle)
    while (at !== -1) {
      const end = at + needle.length
      found.push([layer.placeOf(at), layer.placeOf(end)])
      at = layer.text.indexOf(needle, end)
    }
  }
}

/** `text` with what lies in any of the ranges hidden. */
function cut(text: string, ranges: Range[]): string {
  let out = ''
  let to = 0
  for (const [start, end] of ranges.sort(([a], [b]) => a - b)) {
    if (start >= to) out += `${text.slice(to, start)}${HIDDEN}`
    to = Math.max(to, end)
  }
  return out + text.slice(to)
}
