import { inspect } from 'node:util'

const HIDDEN = '[hidden]'

/** A text that shows itself only to who asks for it by name: not to `console.log`, `JSON.stringify` or a template. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The text itself. */
  reveal(): string {
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

/**
 * `text` without any of `secrets`, whether they stand there as they are, URL-encoded or in base64: a server or a
 * library may repeat what it was sent.
 */
export function redact(text: string, secrets: Iterable<string>): string {
  let out = text
  for (const secret of secrets) {
    if (secret.length < SHORTEST_SECRET) continue
    for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) {
      out = out.replaceAll(form, HIDDEN)
    }
  }
  return out
}

/** A URL text with the password of its userinfo hidden; `td_result_url`-like texts need not be valid URLs. */
export function redactUserinfo(text: string): string {
  return text.replace(/(\/\/[^/@:\s]*:)[^/@\s]*(@)/g, `$1${HIDDEN}$2`)
}
