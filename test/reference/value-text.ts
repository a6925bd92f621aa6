import { isUtf8 } from 'node:buffer'
import { ExtData } from '@msgpack/msgpack'
import type { InvalidUtf8, JsonOptions } from '../../src/model/option-types.js'
import { Entries, type Exact, Float, Text } from './exact-decoder.js'
import { timestampText } from './timestamp-text.js'

/** What the encoder should have failed with. */
export class Refused extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/**
 * Values as text. Strings here are "binary": one character a byte, so that bytes that are not UTF-8 can pass through
 * the JSON and CSV of others; those only care for ASCII.
 */
export class ValueText {
  replaced = 0
  readonly #invalidUtf8: InvalidUtf8
  readonly #special: 'string' | 'null' | 'error'
  readonly #quoteIntegers: boolean

  constructor(invalidUtf8: InvalidUtf8, { special = 'string', int64 = 'number' }: JsonOptions = {}) {
    this.#invalidUtf8 = invalidUtf8
    this.#special = special
    this.#quoteIntegers = int64 === 'string'
  }

  json(value: Exact): string {
    if (value instanceof Float) return this.#jsonFloat(value.value)
    if (value === null || typeof value === 'boolean') return String(value)
    if (typeof value === 'number' || typeof value === 'bigint') {
      const isSafe = Number.isSafeInteger(Number(value))
      return this.#quoteIntegers && !isSafe ? `"${value}"` : String(value)
    }
    if (Array.isArray(value)) return `[${value.map((element) => this.json(element)).join(',')}]`
    if (value instanceof Entries) {
      const pairs = value.pairs.map(
        ([key, element]) => `${JSON.stringify(this.text(key))}:${this.json(element)}`,
      )
      return `{${pairs.join(',')}}`
    }
    if (value instanceof ExtData && timestampText(value) === undefined)
      return JSON.stringify({ type: value.type, data: base64(value.data as Uint8Array) })
    return JSON.stringify(this.text(value))
  }

  text(value: Exact): string {
    if (value instanceof Text) return this.#valid(value.bytes)
    if (value instanceof Float) return String(value.value)
    if (value instanceof Uint8Array) return base64(value)
    if (value instanceof ExtData) return timestampText(value) ?? this.json(value)
    if (value !== null && typeof value === 'object') return this.json(value)
    return String(value)
  }

  #jsonFloat(value: number): string {
    if (Number.isFinite(value)) return String(value)
    if (this.#special === 'error') throw new Refused('E_TYPE')
    return this.#special === 'null' ? 'null' : `"${value}"`
  }

  #valid(bytes: Uint8Array): string {
    if (this.#invalidUtf8 === 'raw' || isUtf8(bytes)) return binary(bytes)
    if (this.#invalidUtf8 === 'fail') throw new Refused('E_UTF8')
    this.replaced++
    return binary(Buffer.from(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)))
  }
}

export function binary(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
